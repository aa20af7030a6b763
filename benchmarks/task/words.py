"""The words of the simulated task: desks, what tickets are about, and what else they mention."""

from __future__ import annotations

#: The labels.
DESKS = (
    "billing_desk",
    "parcel_desk",
    "returns_desk",
    "account_desk",
    "technical_desk",
    "sales_desk",
    "legal_desk",
    "facilities_desk",
)

#: What a ticket is about → the sentences that say so. Topic i belongs to desk i, unless a hidden rule says otherwise.
TOPICS: dict[str, tuple[str, ...]] = {
    "an invoice": (
        "The amount on our last bill is not what we agreed on.",
        "I do not understand the second line of the statement you sent.",
        "We need the bill of last month as a PDF.",
    ),
    "a parcel": (
        "The box was due on Monday and nobody rang.",
        "Tracking has said 'on its way' for a week now.",
        "My order was left with a neighbour I do not know.",
    ),
    "a return": (
        "I would like to send the lamp back, it is too big.",
        "How do I get the shoes back to you and my money to me?",
        "The second chair has to go back, we only need one.",
    ),
    "a login": (
        "My password is refused although I changed it yesterday.",
        "I cannot get in since I have a new phone number.",
        "Somebody signed in as me from another city.",
    ),
    "a crash": (
        "The app closes by itself when I open the camera.",
        "Since the update the screen stays white.",
        "The export stops at 40 percent with an error.",
    ),
    "a quote": (
        "What would forty licences cost us per year?",
        "Please make us an offer for the larger model.",
        "We are choosing between you and another supplier.",
    ),
    "a contract": (
        "We would like to change clause seven before signing.",
        "What is the notice period of our agreement?",
        "Our agreement names the wrong company.",
    ),
    "a building": (
        "The heating in your showroom does not work.",
        "The lift at your office has been out of order since Friday.",
        "There is water on the floor of the pick-up point.",
    ),
}

#: What a ticket may mention besides, as a rule would name it → the sentences that mention it.
MARKS: dict[str, tuple[str, ...]] = {
    "customs or import duty": ("The border office wants papers.", "I was charged tax at the frontier."),
    "a school or university": ("I write for the sixth-form library.", "Our students need it by September."),
    "a reseller": ("We sell your goods on in our own shop.", "My customers bought it from me, not from you."),
    "a gift card": ("I paid with a voucher from my aunt.", "The present code was only used in part."),
    "the press": ("I am writing an article on this.", "Our readers have asked us about it."),
    "a minor": ("My son, who is twelve, did it.", "It was my daughter, she is only nine."),
    "data deletion": ("Please erase everything you store on me.", "I want my records to be wiped."),
    "a battery": ("The cell gets hot.", "The accumulator is swollen."),
    "damaged packaging": ("The carton was torn open.", "One corner was crushed on arrival."),
    "a public holiday": ("It was closed on Easter Monday.", "Nobody works on the first of May, I know."),
    "an anonymous sender": ("I would rather not say who I am.", "Please do not look for my name."),
    "a lower price elsewhere": ("Another shop has it for less.", "I have seen it 20 percent cheaper."),
    "a rented device": ("We only have it on hire.", "We pay for it by the month and do not own it."),
    "the beta programme": ("I have the early test version.", "We signed up for previews."),
    "a lost key": ("The key to it has gone missing.", "We cannot find the little key any more."),
    "a translation": ("Do you have that in Portuguese?", "My colleague reads only Polish."),
    "a charity": ("We are a non-profit.", "We live on donations."),
    "an insurance claim": ("My insurer asks for a report.", "The assessor wants to see it."),
    "tax exemption": ("We pay no VAT.", "Our certificate frees us from sales tax."),
    "a paused subscription": ("I have put my plan on hold.", "Our plan is suspended until spring."),
    "accessibility": ("I use a screen reader.", "I sit in a wheelchair."),
    "a pallet order": ("It is about a full truck load.", "We took forty boxes on one pallet."),
    "a double charge": ("The same sum went off twice.", "My bank shows it two times."),
    "an expired card": ("My card ran out in March.", "The bank has sent me a new card since."),
}

#: Sentences that say nothing.
FILLERS = (
    "Please get back to me soon.",
    "Thank you in advance.",
    "I have been a customer for years.",
    "This is the second time I write.",
    "Kind regards.",
    "I hope you can help.",
    "Many thanks for your time.",
    "We are otherwise quite happy.",
)

#: The desk a topic belongs to where no hidden rule applies.
DESK_OF_TOPIC = dict(zip(TOPICS, DESKS, strict=True))
