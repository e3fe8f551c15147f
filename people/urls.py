from django.urls import path

from people import views

app_name = "people"
urlpatterns = [
    path("me/", views.profile, name="profile"),
    path("me/edit/", views.profile_edit, name="profile_edit"),
    path("me/identity/", views.identity_edit, name="identity_edit"),
    path("me/certificates/new/", views.certificate_create, name="certificate_create"),
    path("me/interests/", views.interest_list, name="interest_list"),
    path("experts/<int:pk>/interests/", views.expert_interests, name="expert_interests"),
    path("interests/<int:pk>/end/", views.interest_end, name="interest_end"),
    path("organizations/", views.organization_list, name="organization_list"),
    path("organizations/new/", views.organization_create, name="organization_create"),
    path("organizations/<int:pk>/", views.organization_detail, name="organization_detail"),
    path("organizations/<int:pk>/edit/", views.organization_edit, name="organization_edit"),
    path("organizations/<int:pk>/council/", views.council_edit, name="council_edit"),
    path("organizations/<int:pk>/ratings/new/", views.rating_create, name="rating_create"),
    path("organizations/<int:pk>/inspections/new/", views.inspection_create, name="inspection_create"),
    path("organizations/<int:pk>/credit/new/", views.credit_record_create, name="credit_record_create"),
    path("ratings/<int:pk>/confirm/", views.rating_confirm, name="rating_confirm"),
    path("inspections/<int:pk>/confirm/", views.inspection_confirm, name="inspection_confirm"),
    path("credit/<int:pk>/lift/", views.credit_record_lift, name="credit_record_lift"),
    path("organizations/<int:pk>/members/new/", views.member_add, name="member_add"),
    path("memberships/<int:pk>/end/", views.membership_end, name="membership_end"),
    path("experts/", views.expert_list, name="expert_list"),
    path("experts/new/", views.expert_create, name="expert_create"),
    path("experts/<int:pk>/", views.expert_edit, name="expert_edit"),
    path("me/second-step/", views.second_factor, name="second_factor"),
    path("me/go-on/", views.go_on, name="go_on"),
    path("resume/", views.resume, name="resume"),
    path("safety/", views.safety_desk, name="safety_desk"),
    path("safety/people/<int:pk>/", views.safety_person, name="safety_person"),
    path("safety/locks/<int:pk>/unlock/", views.guard_unlock, name="guard_unlock"),
    path("safety/offices/<int:pk>/end/", views.office_end, name="office_end"),
    path("communities/", views.community_list, name="community_list"),
]
