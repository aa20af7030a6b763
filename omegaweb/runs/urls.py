"""The addresses below /runs/."""

from __future__ import annotations

from django.urls import path

from omegaweb.runs.views.candidate import blame, candidate
from omegaweb.runs.views.compare import compare
from omegaweb.runs.views.detail import delete, detail, event, resume, stop
from omegaweb.runs.views.export import export
from omegaweb.runs.views.handwork import ban, note, pin, unpin, vary
from omegaweb.runs.views.launch import estimate, example, launch
from omegaweb.runs.views.listing import runs
from omegaweb.runs.views.samples import cell, samples_axes, samples_block
from omegaweb.runs.views.steering import extend_budget, finish, go_on, pause, unpause

app_name = "runs"

urlpatterns = [
    path("", runs, name="list"),
    path("compare/", compare, name="compare"),
    path("<int:pk>/", detail, name="detail"),
    path("<int:pk>/events/<int:sequence>/", event, name="event"),
    path("<int:pk>/stop/", stop, name="stop"),
    path("<int:pk>/delete/", delete, name="delete"),
    path("<int:pk>/continue/", resume, name="continue"),
    path("<int:pk>/pause/", pause, name="pause"),
    path("<int:pk>/resume/", unpause, name="unpause"),
    path("<int:pk>/finish/", finish, name="finish"),
    path("<int:pk>/extend/", extend_budget, name="extend"),
    path("<int:pk>/go-on/", go_on, name="go-on"),
    path("<int:pk>/notes/", note, name="note"),
    path("<int:pk>/candidates/<int:number>/pin/", pin, name="pin"),
    path("<int:pk>/candidates/<int:number>/unpin/", unpin, name="unpin"),
    path("<int:pk>/candidates/<int:number>/ban/", ban, name="ban"),
    path("<int:pk>/candidates/<int:number>/vary/", vary, name="vary"),
    path("launch/", launch, name="launch"),
    path("launch/estimate/", estimate, name="estimate"),
    path("example/", example, name="example"),
    path("<int:pk>/candidates/<int:number>/", candidate, name="candidate"),
    path("<int:pk>/candidates/<int:number>/blame/", blame, name="blame"),
    path("<int:pk>/candidates/<int:number>/export/<slug:kind>/", export, name="export"),
    path("<int:pk>/samples/axes/", samples_axes, name="samples-axes"),
    path("<int:pk>/samples/block/", samples_block, name="samples-block"),
    path("<int:pk>/samples/<slug:split>/<int:sample>/candidates/<int:number>/", cell, name="cell"),
]
