"""What customers call the value-added services; keys are catalogue ids."""

from __future__ import annotations

NAMES: dict[str, tuple[str, ...]] = {
    "vas.caller_id": ("来电显示", "来电提醒功能", "来电险示", "来店显示", "未知号码"),
    "vas.video_ringback": ("视频彩铃",),
    "vas.ringback": ("彩铃", "cailing", "才领", "才零", "彩林", "彩玲", "彩灵", "财铃", "菜铃", "炫铃", "来电音乐", "铃声", "放歌", "唱歌", "那首歌",
                     "响的歌", "响歌", "一段唱戏"),
    "vas.forward": ("呼叫转移", "呼转", "来电转移", "电话转移", "飞线", "胡叫转移", "呼叫砖移", "转接",
                    "转到", "转我", "转去", "全转", "拐到", "呼叫转", "转移"),
    "vas.voicemail": ("语音信箱", "留言箱", "语音留言", "语音性箱"),
    "vas.missed_call": ("漏话", "漏接", "漏了电话", "打不进来",  "来电提醒", "关机提醒", "漏电提醒"),
    "vas.call_waiting": ("呼叫等待", "来电等待"),
    "vas.conference": ("三方通话", "三个人一起", "多方通话", "电话会议"),
    "vas.block_pro": ("智能代接", "代接", "智能助理"),
    "vas.block": ("骚扰拦截", "拦截", "防骚扰"),
    "vas.family_net": ("家庭网",),
    "vas.family_number": ("亲情号", "轻情号", "情侣号", "互打免费", "互打不要钱", "互相打不要钱", "打电话不要钱", "互打不花钱"),
    "vas.sms_pack100": ("100条短信", "短信包一百条", "短信包每月100条", "每月一百条", "每月100条"),
    "vas.sms_pack30": ("短信包", "短信包月", "短信套餐", "短信包30条"),
    "vas.video_member": ("视频会员", "看剧的会员", "看电视剧的", "腾讯视频", "爱奇艺", "优酷", "追剧会员"),
    "vas.music_member": ("音乐会员", "音乐包", "咪咕", "听歌会员"),
    "vas.reading": ("阅读会员", "看书会员", "阅读包"),
    "vas.cloud": ("家庭云盘", "云盘", "网盘"),
    "vas.news": ("手机报", "新闻早报", "发新闻"),
    "vas.smart_home": ("家庭看护", "摄像头", "看家"),
    "vas.wifi_manage": ("全屋wi-fi管家", "wifi管家", "全屋"),
    "vas.mobile_insurance": ("碎屏保", "碎屏险", "手机保险", "换屏"),
    "vas.second_number": ("一卡双号", "副号", "双号"),
    "vas.volte": ("volte", "高清通话", "高清语音"),
}
