"""The words every contract begins with; both sides may change them before they confirm."""

from __future__ import annotations

# A contract is drawn up in Chinese whatever language the pages are read in: the law asks for these clauses in writing.
SAMPLING = "接收方在卸车前按批次取样，双方可各留一份留样，保存三个月；检测按所列标准方法进行。"
POLLUTION = (
    "（一）运输车辆应密闭或者苫盖，防止扬散、流失、渗漏，不得沿途遗撒或者擅自倾倒（《生态环境法典》第475条）。\n"
    "（二）接收方应将运输、利用、处置情况告知产废方（第490条）。\n"
    "（三）双方应当如实建立工业固体废物管理台账，记录种类、数量、流向、贮存、利用、处置等信息，保存不少于五年（第489条、第183条）。\n"
    "（四）产废方应当提供检测报告并对其真实性负责（第493条）；接收方对综合利用产物的用途和标准符合性负责（第473条）。\n"
    "（五）接收方不得将本合同项下的固体废物转交无相应能力的第三方。"
)
CROSS_PROVINCE = (
    "转移出省利用的，产废方应在转移前通过信息平台等将有关信息报送移出地和接受地的省级主管部门（《生态环境法典》第476条）；"
    "报送凭证编号：{reference}。"
)
HAZARDOUS = (
    "本合同项下为危险废物：接收方应持有覆盖该类别的危险废物经营许可证（《生态环境法典》第534条）。",
    "转移须运行危险废物电子转移联单，一车（次）一单，联单编号 14 位；接收方应在收到之日起五个工作日内确认（第536条；"
    "《危险废物转移管理办法》第15、16、18条）。",
)
