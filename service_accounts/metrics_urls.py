from django.urls import path

from service_accounts.metrics import metrics

urlpatterns = [path("", metrics)]
