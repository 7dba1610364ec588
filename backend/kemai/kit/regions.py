"""Which province a free text names: 浙江, 浙江省杭州市, 杭州, Hangzhou's 浙江 alike (ANA-1).

A compact table of the provinces and their prefectures, with the county-level cities people write without their prefecture. Not a
gazetteer: what it does not know stays unknown, and nothing is guessed from streets.
"""

from __future__ import annotations

from dataclasses import dataclass

from kemai.kit.words import T


@dataclass(frozen=True, slots=True)
class Province:
    """A province-level division: its code, what it is called, and the names of the places in it."""

    code: str
    label: T
    places: tuple[str, ...]


def _province(code: str, zh: str, en: str, places: str) -> Province:
    return Province(code, T(zh, en), tuple(places.split()))


PROVINCES: tuple[Province, ...] = (
    _province("beijing", "北京", "Beijing", "海淀区 朝阳区 丰台区 东城区 西城区 中关村"),
    _province("tianjin", "天津", "Tianjin", "滨海新区 塘沽"),
    _province(
        "hebei",
        "河北",
        "Hebei",
        "石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水 雄安 辛集 定州 任丘 三河市 迁安",
    ),
    _province("shanxi", "山西", "Shanxi", "太原 大同 阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁"),
    _province(
        "neimenggu",
        "内蒙古",
        "Inner Mongolia",
        "呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯 呼伦贝尔 巴彦淖尔 乌兰察布 兴安盟 锡林郭勒 阿拉善 满洲里 内蒙",
    ),
    _province(
        "liaoning",
        "辽宁",
        "Liaoning",
        "沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 朝阳市 葫芦岛 瓦房店 海城市",
    ),
    _province("jilin", "吉林", "Jilin", "长春 四平 辽源 通化 白山市 松原 白城 延边 延吉 公主岭"),
    _province(
        "heilongjiang",
        "黑龙江",
        "Heilongjiang",
        "哈尔滨 齐齐哈尔 鸡西 鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化 大兴安岭",
    ),
    _province("shanghai", "上海", "Shanghai", "浦东 闵行 嘉定区 松江区 青浦区 奉贤区 徐汇 虹桥"),
    _province(
        "jiangsu",
        "江苏",
        "Jiangsu",
        "南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁 昆山 江阴 张家港 常熟 太仓 宜兴 丹阳 溧阳 如皋 海门 启东 靖江 泰兴 邳州",
    ),
    _province(
        "zhejiang",
        "浙江",
        "Zhejiang",
        "杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水 义乌 慈溪 余姚 诸暨 乐清 瑞安 温岭 海宁 桐乡 平湖市 东阳 永康 临海 德清",
    ),
    _province(
        "anhui",
        "安徽",
        "Anhui",
        "合肥 芜湖 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳 宿州 六安 亳州 池州 宣城 巢湖 天长市",
    ),
    _province("fujian", "福建", "Fujian", "福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德 晋江 石狮 福清 南安市"),
    _province("jiangxi", "江西", "Jiangxi", "南昌 景德镇 萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州 上饶 瑞金"),
    _province(
        "shandong",
        "山东",
        "Shandong",
        "济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 日照 临沂 德州 聊城 滨州 菏泽 莱芜 寿光 胶州 龙口 诸城 滕州 即墨",
    ),
    _province(
        "henan",
        "河南",
        "Henan",
        "郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店 济源 巩义",
    ),
    _province(
        "hubei",
        "湖北",
        "Hubei",
        "武汉 黄石 十堰 宜昌 襄阳 襄樊 鄂州 荆门 孝感 荆州 黄冈 咸宁 随州 恩施 仙桃 潜江 天门 神农架 宜都",
    ),
    _province(
        "hunan", "湖南", "Hunan", "长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 郴州 永州 怀化 娄底 湘西 浏阳 醴陵"
    ),
    _province(
        "guangdong",
        "广东",
        "Guangdong",
        "广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州 汕尾 河源 阳江 清远 东莞 中山 潮州 揭阳 云浮 顺德 南海区 普宁",
    ),
    _province(
        "guangxi",
        "广西",
        "Guangxi",
        "南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林 百色 贺州 河池 来宾 崇左",
    ),
    _province("hainan", "海南", "Hainan", "海口 三亚 三沙 儋州 琼海 万宁 文昌 五指山 澄迈 陵水"),
    _province("chongqing", "重庆", "Chongqing", "渝北 渝中 江津 万州 涪陵 永川 合川 璧山 两江新区"),
    _province(
        "sichuan",
        "四川",
        "Sichuan",
        "成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾 广安 达州 雅安 巴中 资阳 阿坝 甘孜 凉山 西昌 都江堰",
    ),
    _province("guizhou", "贵州", "Guizhou", "贵阳 六盘水 遵义 安顺 毕节 铜仁 黔西南 黔东南 黔南 兴义 凯里 都匀 仁怀"),
    _province(
        "yunnan",
        "云南",
        "Yunnan",
        "昆明 曲靖 玉溪 保山 昭通 丽江 普洱 临沧 楚雄 红河 文山 西双版纳 大理 德宏 怒江 迪庆 瑞丽",
    ),
    _province("xizang", "西藏", "Tibet", "拉萨 日喀则 昌都 林芝 山南市 那曲 阿里地区"),
    _province("shaanxi", "陕西", "Shaanxi", "西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 安康 商洛 杨凌"),
    _province(
        "gansu",
        "甘肃",
        "Gansu",
        "兰州 嘉峪关 金昌 白银 天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南 临夏 甘南 敦煌",
    ),
    _province("qinghai", "青海", "Qinghai", "西宁 海东 海北州 黄南 海南州 果洛 玉树 海西州 格尔木"),
    _province("ningxia", "宁夏", "Ningxia", "银川 石嘴山 吴忠 固原 中卫 灵武"),
    _province(
        "xinjiang",
        "新疆",
        "Xinjiang",
        "乌鲁木齐 克拉玛依 吐鲁番 哈密 昌吉 博尔塔拉 巴音郭楞 阿克苏 克孜勒苏 喀什 和田 伊犁 塔城 阿勒泰 石河子 库尔勒 伊宁 奎屯",
    ),
    _province("xianggang", "香港", "Hong Kong", "九龙 新界 HK"),
    _province("aomen", "澳门", "Macau", "Macao 氹仔"),
    _province("taiwan", "台湾", "Taiwan", "台北 新北 桃园市 台中 台南 高雄 基隆 新竹 嘉义 臺灣 臺北"),
)
FOREIGN = _province(
    "foreign",
    "境外",
    "Abroad",
    "国外 海外 美国 加拿大 英国 法国 德国 意大利 西班牙 荷兰 瑞士 瑞典 波兰 俄罗斯 日本 韩国 朝鲜 新加坡 马来西亚 泰国 越南 "
    "印度 印尼 菲律宾 澳大利亚 新西兰 巴西 墨西哥 阿根廷 智利 南非 埃及 尼日利亚 沙特 阿联酋 迪拜 土耳其 以色列 伊朗 "
    "哈萨克斯坦 乌兹别克斯坦 蒙古 缅甸 老挝 柬埔寨 孟加拉 巴基斯坦 USA Canada UK France Germany Italy Japan Korea Singapore "
    "Malaysia Thailand Vietnam India Indonesia Russia Australia Brazil Mexico",
)
_BEFORE = ("中华人民共和国", "中国", "China", "CHINA", "china")
#: First sign of a name → the names that begin so, the longest first: 海南州 (in 青海) is met before 海南.
_BY_FIRST: dict[str, list[tuple[str, str]]] = {}
for _found in (*PROVINCES, FOREIGN):
    for _name in (_found.label.zh, _found.label.en, *_found.places):
        _BY_FIRST.setdefault(_name[0].lower(), []).append((_name.lower(), _found.code))
for _names in _BY_FIRST.values():
    _names.sort(key=lambda pair: -len(pair[0]))


def province_of(text: str) -> str:
    """The code of the province the text begins with, ``foreign`` for a country, empty where it names neither.

    The longest name that fits counts. Never raises; one look at a dictionary and a few comparisons.
    """
    text = text.strip()
    for word in _BEFORE:
        text = text.removeprefix(word).lstrip(" ·-—,，/")
    text = text.lower()
    for name, code in _BY_FIRST.get(text[:1], ()):
        if text.startswith(name):
            # A Latin name must end where the word does: India is not Indiana.
            if name.isascii() and text[len(name) : len(name) + 1].isalpha() and text[len(name)].isascii():
                continue
            return code
    return ""
