"""The JSON Schemas (2020-12) of what the interface answers, as the OpenAPI description has them.

They are narrower than the standards: they say what we send. A test holds every answer against them, and the standards'
own models and schema against the answers.
"""

from typing import Any

TEXT: dict[str, Any] = {"type": "string"}
SOME: dict[str, Any] = {"type": "string", "minLength": 1}
DAY: dict[str, Any] = {"type": "string", "format": "date"}
MOMENT: dict[str, Any] = {"type": "string", "format": "date-time"}
UUID: dict[str, Any] = {"type": "string", "format": "uuid"}
LINK: dict[str, Any] = {"type": "string", "format": "uri"}
COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
YUAN: dict[str, Any] = {"type": "number", "minimum": 0, "description": "元（人民币），精确到分"}
PERCENT: dict[str, Any] = {"type": ["number", "null"], "minimum": 0}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def obj(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    """An object with exactly these members."""
    return {
        "type": "object",
        "required": list(required),
        "properties": required | (optional or {}),
        "additionalProperties": False,
    }


def several(item: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": item, **more}


def mapping(value: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": value}


def value_of(*values: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


_ROW = {
    "key": TEXT, "label": SOME, "proposals": {"type": ["integer", "null"], "minimum": 0}, "awardRate": PERCENT,
    "awards": COUNT, "amountRequested": YUAN, "amountAwarded": YUAN, "shareOfAwarded": PERCENT, "amountPaid": YUAN,
    "paidRate": PERCENT, "completed": COUNT, "completedRate": PERCENT,
    "visits": {"type": ["integer", "null"], "minimum": 0, "multipleOf": 10},
    "withheld": several(value_of("proposals", "visits")),
}  # fmt: skip

_SUCCESS = {"status": {"const": 200}, "message": TEXT}
_PAGED = {"paginationInfo": ref("Pagination")}

SCHEMAS: dict[str, Any] = {
    # -- CommonGrants
    "Money": obj({"amount": {"type": "string", "pattern": r"^[0-9]+\.[0-9]{2}$"}, "currency": {"const": "CNY"}}),
    "SingleDate": obj({"name": SOME, "eventType": {"const": "singleDate"}, "date": DAY, "time": {"type": "string"}}),
    "DateRange": obj({"name": SOME, "eventType": {"const": "dateRange"}, "startDate": DAY, "endDate": DAY}),
    "Identifiers": obj({"otherIds": mapping(obj({"registry": obj({"code": SOME}), "id": SOME}))}),
    "OrgRef": obj({"id": UUID, "name": SOME, "identifiers": ref("Identifiers")}),
    "Organizations": obj({"primary": ref("OrgRef")}, {"otherOrgs": mapping(ref("OrgRef"))}),
    "CustomField": obj(
        {
            "name": SOME,
            "fieldType": value_of("string", "integer", "array"),
            "value": {"type": ["string", "integer", "array"]},
            "description": SOME,
        }
    ),
    "Opportunity": obj(
        {
            "id": UUID,
            "title": SOME,
            "identifiers": ref("Identifiers"),
            "status": obj({"value": value_of("forecasted", "open", "closed"), "description": SOME}),
            "description": TEXT,
            "funding": obj({"totalAmountAvailable": ref("Money")}, {"maxAwardAmount": ref("Money")}),
            "funders": ref("Organizations"),
            "keyDates": obj(
                {
                    "postDate": ref("SingleDate"),
                    "closeDate": ref("SingleDate"),
                    "otherDates": obj({"openDate": ref("SingleDate"), "projectPeriod": ref("DateRange")}),
                }
            ),
            "customFields": mapping(ref("CustomField")),
            "createdAt": MOMENT,
            "lastModifiedAt": MOMENT,
        },
        {
            "acceptedApplicantTypes": several(
                obj({"value": {"const": "custom"}, "customValue": SOME, "description": SOME})
            ),
            "source": LINK,
        },
    ),
    "Award": obj(
        {
            "id": UUID,
            "title": SOME,
            "identifiers": ref("Identifiers"),
            "description": SOME,
            "status": obj({"value": value_of("awarded", "completed", "cancelled"), "description": SOME}),
            "funding": obj(
                {"details": SOME, "awardedAmount": ref("Money"), "disbursedAmount": ref("Money")},
                {"requestedAmount": ref("Money")},
            ),
            "keyDates": obj(
                {"awardDate": ref("SingleDate")},
                {"periodOfPerformance": ref("DateRange"), "otherDates": obj({"actualPeriod": ref("DateRange")})},
            ),
            "opportunity": obj({"id": UUID, "title": SOME}),
            "funders": ref("Organizations"),
            "recipientOrganizations": ref("Organizations"),
            "createdAt": MOMENT,
            "lastModifiedAt": MOMENT,
        },
        {"source": LINK},
    ),
    "Pagination": obj(
        {
            "page": {"type": "integer", "minimum": 1},
            "pageSize": {"type": "integer", "minimum": 1, "maximum": 100},
            "totalItems": COUNT,
            "totalPages": COUNT,
        }
    ),
    "OpportunityPage": obj(_SUCCESS | {"items": several(ref("Opportunity"))} | _PAGED),
    "OpportunityAnswer": obj(_SUCCESS | {"data": ref("Opportunity")}),
    "OpportunitySearch": {
        "type": "object",
        "properties": {
            "search": {"type": ["string", "null"]},
            "filters": {
                "type": ["object", "null"],
                "description": "status、closeDateRange、totalFundingAvailableRange、maxAwardAmountRange",
            },
            "sorting": {"type": ["object", "null"], "description": "sortBy、sortOrder"},
            "pagination": {"type": ["object", "null"], "description": "page、pageSize（不超过100）"},
        },
    },
    "OpportunitiesFound": obj(
        _SUCCESS
        | {"items": several(ref("Opportunity"))}
        | _PAGED
        | {
            "sortInfo": obj({"sortBy": SOME, "sortOrder": value_of("asc", "desc"), "errors": several(TEXT)}),
            "filterInfo": obj({"filters": {"type": "object"}, "errors": several(TEXT)}),
        }
    ),
    "AwardPage": obj(_SUCCESS | {"items": several(ref("Award"))} | _PAGED),
    "AwardAnswer": obj(_SUCCESS | {"data": ref("Award")}),
    "Problem": obj(
        {
            "type": SOME,
            "title": SOME,
            "status": {"type": "integer"},
            "detail": TEXT,
            "message": TEXT,
            "errors": several(obj({"field": SOME, "message": SOME})),
        }
    ),
    # -- 360Giving
    "Organization": obj({"id": SOME, "name": SOME}, {"organisationType": SOME, "description": SOME}),
    "Period": obj({"startDate": DAY}, {"endDate": DAY}),
    "Grant": obj(
        {
            "id": SOME,
            "title": {"type": "string", "minLength": 1, "maxLength": 140},
            "description": SOME,
            "currency": {"const": "CNY"},
            "amountAwarded": YUAN,
            "amountDisbursed": YUAN,
            "awardDate": DAY,
            "recipientOrganization": several(ref("Organization"), minItems=1, maxItems=1),
            "fundingOrganization": several(ref("Organization"), minItems=1, maxItems=1),
            "grantProgramme": several(obj({"code": SOME, "title": SOME}, {"url": LINK})),
            "fromOpenCall": {"const": "Yes"},
            "dateModified": MOMENT,
        },
        {
            "amountAppliedFor": YUAN,
            "plannedDates": several(ref("Period")),
            "actualDates": several(ref("Period")),
            "beneficiaryLocation": several(obj({"name": SOME, "countryCode": {"const": "CN"}})),
            "classifications": several(obj({"vocabulary": SOME, "title": SOME})),
            "url": LINK,
            "dataSource": LINK,
        },
    ),
    "GrantPackage": obj(
        {
            "version": {"const": "1.4"},
            "title": SOME,
            "description": SOME,
            "publisher": obj({"name": SOME}, {"website": LINK}),
            "license": LINK,
            "grants": several(ref("Grant"), uniqueItems=True),
        },
        {"modified": MOMENT, "downloadURL": LINK, "accessURL": LINK},
    ),
    # -- Statistics
    "StatisticsRow": obj(_ROW),
    "Statistics": obj(
        {
            "publisher": SOME,
            "license": LINK,
            "currency": {"const": "CNY"},
            "modified": {"type": ["string", "null"], "format": "date-time"},
            "measures": mapping(obj({"label": SOME, "definition": SOME, "unit": SOME}, {"denominator": SOME})),
            "withholding": SOME,
            "tables": several(
                obj(
                    {
                        "key": value_of("year", "call", "field", "street", "source"),
                        "title": SOME,
                        "rows": several(ref("StatisticsRow")),
                        "total": ref("StatisticsRow"),
                    }
                )
            ),
        }
    ),
}
