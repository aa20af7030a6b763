"""The grid of samples × candidates: `choice` is what is asked for, `axes` its rows and columns, `block` a part of it,
`cell` one of its cells."""
