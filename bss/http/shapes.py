"""The shapes of all values, after the TM Forum resources they stand for."""

from __future__ import annotations

from bss import types as t
from bss.http.shape import (
    DATA,
    DAY,
    FLAG,
    INT,
    MOMENT,
    MONEY,
    TEXT,
    TRAITS,
    Shape,
    many,
    maybe,
    one_of,
    units,
)

MB = units("MB")
MINUTE = units("min")
SMS = units("sms")

CUSTOMER = Shape(
    t.Customer, "Customer",
    phone=("id", TEXT), name=("name", TEXT), age=("engagedParty.age", maybe(INT)),
    segment=("segment", one_of(t.Segment)), elder=("engagedParty.elder", FLAG),
    status=("status", one_of(t.CustomerStatus)), area=("place.area", TEXT), address=("place.address", TEXT),
    account_manager=("accountManager.name", maybe(TEXT)), company=("organization.name", maybe(TEXT)),
)  # fmt: skip

BALANCE = Shape(
    t.Balance, "Bucket",
    balance_fen=("remainingValue", MONEY), owed_fen=("owedValue", MONEY),
    month_spent_fen=("usedValue", MONEY), as_of=("validFor.startDateTime", MOMENT),
)  # fmt: skip

TOP_UP = Shape(
    t.TopUp, "TopupBalance",
    top_up_id=("id", TEXT), amount_fen=("amount", MONEY), at=("requestedDate", MOMENT),
    state=("status", one_of(t.TopUpState)), channel_zh=("channel.name", TEXT),
    balance_fen=("balance.remainingValue", MONEY), owed_fen=("balance.owedValue", MONEY),
    resumed=("serviceResumed", FLAG),
)  # fmt: skip

BILL_ITEM = Shape(
    t.BillItem, "BillItem",
    name=("name", TEXT), amount_fen=("taxIncludedAmount", MONEY), note=("description", TEXT),
)  # fmt: skip

BILL = Shape(
    t.Bill, "CustomerBill",
    month=("billingPeriod", TEXT), total_fen=("amountDue", MONEY),
    items=("billItem", many(BILL_ITEM.codec())), due=("paymentDueDate", DAY), paid=("settled", FLAG),
)  # fmt: skip

CHARGE = Shape(
    t.Charge, "AppliedCustomerBillingRate",
    at=("date", MOMENT), name=("name", TEXT), amount_fen=("taxIncludedAmount", MONEY),
    note=("description", TEXT),
)  # fmt: skip

PACK = Shape(
    t.UsagePack, "Bucket",
    name=("name", TEXT), kind=("usageType", TEXT), used=("usedValue", INT), total=("totalValue", INT),
    expires=("validFor.endDate", DAY),
)  # fmt: skip

USAGE = Shape(
    t.Usage, "UsageConsumptionReport",
    data_used_mb=("data.usedValue", MB), data_total_mb=("data.totalValue", MB),
    data_carried_mb=("data.carriedValue", MB), minutes_used=("voice.usedValue", MINUTE),
    minutes_total=("voice.totalValue", MINUTE), sms_used=("sms.usedValue", SMS),
    sms_total=("sms.totalValue", SMS), cycle_end=("validFor.endDate", DAY),
    as_of=("effectiveDate", MOMENT), packs=("bucket", many(PACK.codec())),
)  # fmt: skip

PRODUCT = Shape(
    t.Product, "Product",
    product_id=("id", TEXT), offer_id=("productOffering.id", TEXT), name=("name", TEXT),
    kind=("productCategory", one_of(t.ProductKind)), status=("status", one_of(t.ProductStatus)),
    monthly_fee_fen=("productPrice.recurring", MONEY), since=("startDate", DAY),
    ends=("terminationDate", maybe(DAY)), attributes=("productCharacteristic", TRAITS),
)  # fmt: skip

PLAN = Shape(
    t.CurrentPlan, "ProductPlan",
    plan_id=("productOffering.id", TEXT), name=("name", TEXT),
    monthly_fee_fen=("productPrice.recurring", MONEY), since=("startDate", DAY),
    contract_end=("productTerm.endDate", maybe(DAY)), next_plan_id=("next.productOffering.id", maybe(TEXT)),
    next_plan_name=("next.name", maybe(TEXT)), next_from=("next.startDate", maybe(DAY)),
)  # fmt: skip

OFFER = Shape(
    t.Offer, "ProductOffering",
    offer_id=("id", TEXT), kind=("category", one_of(t.ProductKind)), name=("name", TEXT),
    monthly_fee_fen=("productOfferingPrice.recurring", MONEY),
    price_fen=("productOfferingPrice.oneTime", MONEY), data_mb=("allowance.data", MB),
    minutes=("allowance.voice", MINUTE), sms=("allowance.sms", SMS),
    broadband_mbps=("allowance.broadbandMbps", INT), contract_months=("productOfferingTerm.months", INT),
    days=("validForDays", INT), target=("marketSegment", TEXT), summary=("description", TEXT),
    notes=("note", many(TEXT)), extra=("characteristic", DATA),
)  # fmt: skip

ORDER = Shape(
    t.Order, "ProductOrder",
    order_id=("id", TEXT), action=("productOrderItem.action", one_of(t.OrderAction)),
    product_id=("productOrderItem.productOffering.id", TEXT),
    name=("productOrderItem.productOffering.name", TEXT),
    state=("state", one_of(t.OrderState)), effective_date=("expectedCompletionDate", DAY),
    created_at=("orderDate", MOMENT), charged_fen=("orderTotalPrice.oneTime", MONEY),
    monthly_fee_fen=("orderTotalPrice.recurring", MONEY), note_zh=("note", TEXT),
)  # fmt: skip

QUOTE = Shape(
    t.Quote, "ProductOfferingQualification",
    product_id=("productOffering.id", TEXT), action=("action", one_of(t.OrderAction)),
    name=("productOffering.name", TEXT), eligible=("eligible", FLAG), reason_zh=("eligibilityReason", TEXT),
    charged_fen=("price.oneTime", MONEY), monthly_fee_fen=("price.recurring", MONEY),
    penalty_fen=("price.penalty", MONEY), effective_date=("effectiveDate", DAY), note_zh=("note", TEXT),
)  # fmt: skip

PORT_CHECK = Shape(
    t.PortCheck, "NumberPortabilityQualification",
    eligible=("eligible", FLAG), reasons_zh=("eligibilityReason", many(TEXT)), owed_fen=("owedValue", MONEY),
    contract_end=("contractEnd", maybe(DAY)), penalty_fen=("penalty", MONEY),
)  # fmt: skip

POINTS = Shape(
    t.Points, "LoyaltyAccount",
    points=("balance", INT), expiring=("expiring.amount", INT), expires_on=("expiring.date", DAY),
    level_zh=("tier", TEXT),
)  # fmt: skip

REWARD = Shape(
    t.Reward, "LoyaltyReward",
    reward_id=("id", TEXT), name=("name", TEXT), points=("cost", INT), balance_fen=("credit", MONEY),
    offer_id=("productOffering.id", TEXT), in_stock=("available", FLAG), note=("description", TEXT),
)  # fmt: skip

REDEMPTION = Shape(
    t.Redemption, "LoyaltyBurn",
    redemption_id=("id", TEXT), reward_id=("reward.id", TEXT), name=("reward.name", TEXT),
    points_spent=("quantity", INT), points_left=("balance", INT), at=("date", MOMENT), note_zh=("note", TEXT),
)  # fmt: skip

LINE_TEST = Shape(
    t.LineTestResult, "ServiceTest",
    check=("testSpecification.name", one_of(t.Check)), verdict=("result", one_of(t.Verdict)),
    code=("resultCode", TEXT), at=("endDateTime", MOMENT), evidence=("testMeasure", DATA),
)  # fmt: skip

OUTAGE = Shape(
    t.Outage, "ServiceProblem",
    outage_id=("id", TEXT), area=("affectedLocation.name", TEXT), services=("affectedService", many(TEXT)),
    cause_zh=("description", TEXT), since=("creationDate", MOMENT), expected_back=("resolutionDate", MOMENT),
)  # fmt: skip

REMOTE = Shape(
    t.RemoteResult, "ResourceOrder",
    action_id=("id", TEXT), action=("orderItem.action", TEXT), done=("completed", FLAG),
    fixed=("restoredCheck", many(TEXT)), note_zh=("note", TEXT), at=("orderDate", MOMENT),
)  # fmt: skip

COVERAGE = Shape(
    t.Coverage, "CheckServiceQualification",
    address=("place.address", TEXT), covered=("qualified", FLAG), speeds_mbps=("speedMbps", many(INT)),
    install_days=("installDays", INT), note_zh=("note", TEXT),
)  # fmt: skip

MESSAGE = Shape(
    t.Message, "CommunicationMessage",
    message_id=("id", TEXT), phone=("receiver.phoneNumber", TEXT), text=("content", TEXT),
    kind=("messageType", one_of(t.MessageKind)), at=("sendTime", MOMENT),
)  # fmt: skip

GRANT = Shape(
    t.Grant, "Permission",
    grant_id=("id", TEXT), owner_phone=("granter.id", TEXT), owner_name=("granter.name", TEXT),
    agent_phone=("user.id", TEXT), agent_name=("user.name", TEXT), relation_zh=("relation", TEXT),
    scopes=("privilege", many(one_of(t.Scope))), since=("validFor.startDateTime", MOMENT),
    until=("validFor.endDateTime", maybe(MOMENT)),
)  # fmt: skip

REAL_NAME = Shape(
    t.RealName, "DigitalIdentity",
    verified=("verified", FLAG), id_card_masked=("identification.masked", TEXT),
    verified_on=("verifiedDate", maybe(DAY)), note_zh=("note", TEXT),
)  # fmt: skip
