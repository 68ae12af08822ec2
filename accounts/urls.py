"""Routes below /api/v1/."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("auth/login", views.LoginView.as_view()),
    path("auth/refresh", views.RefreshView.as_view()),
    path("auth/logout", views.LogoutView.as_view()),
    path("auth/logout-all", views.LogoutAllView.as_view()),
    path("auth/password/forgot", views.ForgotPasswordView.as_view()),
    path("auth/password/reset", views.ResetPasswordView.as_view()),
    path("me/sessions", views.SessionListView.as_view()),
    path("me/sessions/<uuid:session_id>", views.SessionView.as_view()),
]
