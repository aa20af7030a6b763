"""Signing in, signing out, changing the password."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from omegaweb.accounts import first_sign_in
from omegaweb.accounts.forms import SignInForm
from omegaweb.accounts.models import User

# Django's own views know the traps of signing in: open redirects, session fixation, timing.
sign_in = login_not_required(
    LoginView.as_view(
        template_name="pages/accounts/sign_in.html",
        authentication_form=SignInForm,
        redirect_authenticated_user=True,
    )
)
sign_out = LogoutView.as_view()


@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password, and forget the one that was made for the first sign-in."""
    assert isinstance(request.user, User)  # LoginRequiredMiddleware lets nobody else in
    form = PasswordChangeForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        update_session_auth_hash(request, user)
        first_sign_in.forget(user.get_username())
        messages.success(request, "Your password was changed.")
        return redirect("home")
    status = 422 if form.is_bound else 200
    return render(request, "pages/accounts/password.html", {"form": form}, status=status)
