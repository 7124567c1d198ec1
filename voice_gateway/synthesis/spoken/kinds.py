"""What can be read aloud, and in which language."""

from __future__ import annotations

from enum import StrEnum

#: Between the groups of a long number while it is being made; `render` puts a stop the voice knows in its place.
GROUP = "\ue001"


class Reading(StrEnum):
    """`CANTONESE` is written for a Cantonese voice: 兩, 個, 點, 元八毫; digits one by one with 一, never 幺."""

    MANDARIN = "mandarin"
    CANTONESE = "cantonese"


class SpokenKind(StrEnum):
    """The value is the mark's `interpret-as`. Examples are content and what is said."""

    #: 35.80 (yuan): 三十五元八角.
    AMOUNT = "amount"
    #: 13800000001: 幺三八、零零零零、零零零幺. Also 138****0001, 021-61234567, 400-800-1234, 10086.
    PHONE = "phone"
    #: GD2603020001: GD、二六、零三零二、零零零幺.
    TICKET_ID = "ticket_id"
    #: 18 or 15 characters, or the last four.
    ID_NUMBER = "id_number"
    #: A code to be keyed or noted: 482913 or *100#.
    CODE = "code"
    #: Digit by digit, no groups.
    DIGITS = "digits"
    #: 1280 or 1,280; a bare 2 is 两.
    NUMBER = "number"
    #: A number with what it counts: 2个, 2月.
    COUNT = "count"
    #: 1.5GB: 一点五个G.
    DATA_VOLUME = "data_volume"
    #: 500M, 1Gbps: 五百兆, 一千兆.
    BANDWIDTH = "bandwidth"
    #: 2026-03-02 is 三月二日 as the text shows it; 2026年3月2日 is said with its year.
    DATE = "date"
    #: 2026-03-02 14:05: 三月二日十四点零五分.
    TIME = "time"
    #: 14:05.
    CLOCK = "clock"
    #: 2026-02: 二零二六年二月.
    MONTH = "month"
    #: 90秒, 1小时30分钟, 2h, 1:30:00.
    DURATION = "duration"
    #: 20%, 0.3%, 5‰; a bare number is percent.
    PERCENT = "percent"
    #: 3-5天, 9:00-18:00, 10%-20%.
    RANGE = "range"
    #: 1:3 is 一比三, 3/4 is 四分之三.
    RATIO = "ratio"
    #: 3 or 第3期: 第三期.
    ORDINAL = "ordinal"
    #: 5G畅享129元套餐: 五G畅享一百二十九元套餐.
    PLAN_NAME = "plan_name"
    #: WiFi, LOS, 5G, 4K.
    LETTERS = "letters"
    #: V2.1.3: V二点一点三.
    VERSION = "version"
