"""What a run may spend, and the meter that is asked before every call.

* ``amounts``    Budget, Usage, Role: what is limited, what was used, what for
* ``meter``      Meter, Reservation: room for a call is held before it is made
* ``stopwatch``  time, and the part of it that only waited
"""

from optimizer_core.budget.amounts import NO_USAGE, Budget, Role, Usage
from optimizer_core.budget.meter import LOOK_SECONDS, Meter, Reservation

__all__ = ["LOOK_SECONDS", "NO_USAGE", "Budget", "Meter", "Reservation", "Role", "Usage"]
