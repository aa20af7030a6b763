"""The addresses of spend, and of a project's prices."""

from __future__ import annotations

from django.urls import path

from omegaweb.spending import views

app_name = "spending"

urlpatterns = [
    path("spend/", views.spend, name="spend"),
    path("spend/spend.csv", views.export, name="export"),
    path("projects/<int:pk>/prices/", views.prices, name="prices"),
    path("projects/<int:pk>/prices/<int:price>/forget/", views.forget_price, name="forget-price"),
]
