"""The line beside a field that says what a personal detail is for, from the register (reports.personal)."""

from django import template

from reports.personal.register import purpose_of, purposes_of

register = template.Library()
register.filter("purpose_of", purpose_of)
register.filter("purposes_of", purposes_of)
