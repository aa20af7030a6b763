"""The addresses below /releases/."""

from __future__ import annotations

from django.urls import path

from omegaweb.releases.views.program import changes, make_token, program_releases, revoke_token
from omegaweb.releases.views.put_up import put_up, try_again
from omegaweb.releases.views.release import decide, detail, file, make_current, report

app_name = "releases"

urlpatterns = [
    path("runs/<int:run>/candidates/<int:number>/", put_up, name="put-up"),
    path("programs/<int:pk>/", program_releases, name="program"),
    path("programs/<int:pk>/changes/", changes, name="changes"),
    path("programs/<int:pk>/tokens/", make_token, name="make-token"),
    path("programs/<int:pk>/tokens/<int:token>/revoke/", revoke_token, name="revoke-token"),
    path("<int:pk>/", detail, name="detail"),
    path("<int:pk>/try-again/", try_again, name="try-again"),
    path("<int:pk>/decide/", decide, name="decide"),
    path("<int:pk>/make-current/", make_current, name="make-current"),
    path("<int:pk>/files/<slug:kind>/", file, name="file"),
    path("<int:pk>/report/", report, name="report"),
]
