// A reward with two places, as all pages write it (wording.two_places): 0.425 is 0.43, although its binary value is a
// little less, which toFixed would round down. window.omegawebReward(0.425).

window.omegawebReward = (value) => (Math.sign(value) * Math.round(Math.abs(value) * 100 + 1e-7) / 100).toFixed(2);
