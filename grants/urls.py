from django.urls import path

from grants import views

app_name = "grants"
urlpatterns = [
    path("calls/", views.call_list, name="call_list"),
    path("calls/new/", views.call_create, name="call_create"),
    path("calls/<int:pk>/", views.call_detail, name="call_detail"),
    path("calls/<int:pk>/edit/", views.call_edit, name="call_edit"),
    path("calls/<int:pk>/edit/template/", views.call_take_over, name="call_take_over"),
    path("calls/<int:pk>/edit/<slug:part>/", views.call_part, name="call_part"),
    path("calls/<int:pk>/compare/", views.call_compare, name="call_compare"),
    path("calls/<int:pk>/publish/", views.call_publish, name="call_publish"),
    path("calls/<int:pk>/conclude/", views.call_conclude, name="call_conclude"),
    path("terms/", views.terms_list, name="terms_list"),
    path("terms/<slug:which>/<int:pk>/", views.terms_edit, name="terms_edit"),
    path("terms/criteria/<int:pk>/levels/", views.levels_edit, name="levels_edit"),
    path("funds/", views.fund_list, name="fund_list"),
    path("funds/new/", views.fund_create, name="fund_create"),
    path("funds/<int:pk>/", views.fund_detail, name="fund_detail"),
    path("funds/<int:pk>/edit/", views.fund_edit, name="fund_edit"),
    path("funds/<int:pk>/allocate/", views.fund_allocate, name="fund_allocate"),
    path("needs/", views.need_list, name="need_list"),
    path("needs/new/", views.need_create, name="need_create"),
    path("needs/lists/new/", views.need_list_create, name="need_list_create"),
    path("needs/lists/<int:pk>/", views.need_list_detail, name="need_list_detail"),
    path("needs/lists/<int:pk>/withdraw/", views.need_list_withdraw, name="need_list_withdraw"),
    path("needs/lists/<int:pk>/remark/", views.need_remark_create, name="need_remark_create"),
    path("needs/remarks/<int:pk>/answer/", views.need_remark_answer, name="need_remark_answer"),
    path("needs/remarks/<str:token>/", views.need_remark_follow, name="need_remark_follow"),
    path("needs/code/<slug:reference>/", views.need_detail, name="need_detail"),
    path("workshops/", views.workshop_list, name="workshop_list"),
    path("workshops/new/", views.workshop_create, name="workshop_create"),
    path("workshops/<int:pk>/", views.workshop_detail, name="workshop_detail"),
    path("workshops/<int:pk>/edit/", views.workshop_edit, name="workshop_edit"),
    path("workshops/<int:pk>/cancel/", views.workshop_cancel, name="workshop_cancel"),
    path("workshops/<int:pk>/leave/", views.workshop_leave, name="workshop_leave"),
]
