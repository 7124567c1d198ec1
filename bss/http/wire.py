"""What client and server agree on: paths, headers, and how errors look.

The phone number goes in a header, never in a path or query: addresses end up in access logs.
"""

from __future__ import annotations

from typing import Any

from bss import errors as e
from common.errors import InvalidInput, YidaError

#: The customer, percent-encoded.
SUBSCRIBER = "X-Subscriber"
IDEMPOTENCY_KEY = "Idempotency-Key"

CUSTOMER = "/tmf-api/customerManagement/v4/customer"
BUCKET = "/tmf-api/prepayBalanceManagement/v4/bucket"
TOP_UP = "/tmf-api/prepayBalanceManagement/v4/topupBalance"
BILL = "/tmf-api/customerBillManagement/v4/customerBill"
CHARGE = "/tmf-api/customerBillManagement/v4/appliedCustomerBillingRate"
USAGE = "/tmf-api/usageConsumption/v4/usageConsumptionReport"
PLAN = "/tmf-api/productInventory/v4/productPlan"
PRODUCT = "/tmf-api/productInventory/v4/product"
OFFERING = "/tmf-api/productCatalogManagement/v4/productOffering"
ORDER = "/tmf-api/productOrderingManagement/v4/productOrder"
QUALIFICATION = "/tmf-api/productOfferingQualification/v4/productOfferingQualification"
PORTABILITY = "/tmf-api/productOfferingQualification/v4/numberPortabilityQualification"
LOYALTY = "/tmf-api/loyaltyManagement/v4/loyaltyAccount"
REWARD = "/tmf-api/loyaltyManagement/v4/loyaltyReward"
BURN = "/tmf-api/loyaltyManagement/v4/loyaltyBurn"
SERVICE_TEST = "/tmf-api/serviceTestManagement/v4/serviceTest"
PROBLEM = "/tmf-api/serviceProblemManagement/v4/serviceProblem"
RESOURCE_ORDER = "/tmf-api/resourceOrdering/v4/resourceOrder"
COVERAGE = "/tmf-api/serviceQualificationManagement/v4/checkServiceQualification"
MESSAGE = "/tmf-api/communicationManagement/v4/communicationMessage"
PERMISSION = "/tmf-api/rolesAndPermissionsManagement/v4/permission"
IDENTITY = "/tmf-api/digitalIdentityManagement/v4/digitalIdentity"
CREDENTIAL = "/tmf-api/digitalIdentityManagement/v4/credential"
CREDENTIAL_CHECK = "/tmf-api/digitalIdentityManagement/v4/credentialCheck"

#: HTTP status of each error; the nearest ancestor listed counts.
_STATUS: dict[type[YidaError], int] = {
    InvalidInput: 400,
    e.AccessRefused: 401,
    e.NotACustomer: 404,
    e.NotFound: 404,
    e.Conflict: 409,
    e.NotEligible: 422,
    e.TooManyAttempts: 429,
    e.SystemTimeout: 504,
    e.SystemUnavailable: 503,
}
_BY_CODE: dict[str, type[YidaError]] = {
    kind.code: kind
    for kind in (
        InvalidInput, e.SystemUnavailable, e.SystemTimeout, e.AccessRefused, e.NotACustomer, e.NotFound,
        e.NotEligible, e.InsufficientBalance, e.InsufficientPoints, e.OutOfStock, e.Conflict,
        e.TooManyAttempts,
    )
}  # fmt: skip
_BY_STATUS: dict[int, type[YidaError]] = {
    400: InvalidInput,
    401: e.AccessRefused,
    403: e.AccessRefused,
    404: e.NotFound,
    409: e.Conflict,
    422: e.NotEligible,
    429: e.TooManyAttempts,
    504: e.SystemTimeout,
}


def error_body(error: YidaError) -> tuple[int, dict[str, Any]]:
    """Status and TMF630 error body. `reason` is the sentence for the customer."""
    status = next((_STATUS[k] for k in type(error).__mro__ if k in _STATUS), 500)
    return status, {"code": error.code, "reason": error.message_zh, "status": str(status), "@type": "Error"}


def error_from(status: int, body: Any) -> YidaError:
    """The error an answer stands for: by its code, else by its status."""
    data = body if isinstance(body, dict) else {}
    kind = _BY_CODE.get(str(data.get("code"))) or _BY_STATUS.get(status)
    reason = data.get("reason")
    if kind is None:
        unknown: type[YidaError] = e.BadAnswer if status < 500 else e.SystemUnavailable
        return unknown(f"status {status}")
    if issubclass(kind, e.SystemUnavailable) or not isinstance(reason, str):
        return kind()
    if issubclass(kind, e.NotEligible):
        return kind(reason)
    return kind("", message_zh=reason)
