"""Toneless pinyin of names: fast, aware of surnames and of words with their own readings.

The readings are in `pinyin_table.py`; this module adds what a dictionary of common words does not know: surnames
(曾 zeng, 单 shan) and the second readings that people also type (乐 le/yue).
"""

from __future__ import annotations

import re

from kemai.kit.text.fold import fold
from kemai.kit.text.pinyin_table import CHARACTERS, WORDS

READING: dict[str, str] = {char: syllable for syllable, chars in CHARACTERS.items() for char in chars}
_WORDS: dict[str, tuple[str, ...]] = {
    line.split(" ", 1)[0]: tuple(line.split(" ")[1:]) for line in WORDS.splitlines() if line
}
# Words of names that the dictionary lacks.
_WORDS.update(
    {
        "长安": ("chang", "an"), "董事长": ("dong", "shi", "zhang"), "部长": ("bu", "zhang"),
        "会计师": ("kuai", "ji", "shi"),
        "商行": ("shang", "hang"), "分行": ("fen", "hang"), "支行": ("zhi", "hang"), "总行": ("zong", "hang"),
        "农行": ("nong", "hang"), "中行": ("zhong", "hang"), "洋行": ("yang", "hang"), "车行": ("che", "hang"),
        "黄埔": ("huang", "pu"), "大埔": ("da", "bu"), "十里堡": ("shi", "li", "pu"), "单县": ("shan", "xian"),
        "东莞": ("dong", "guan"), "铅山": ("yan", "shan"), "乐清": ("yue", "qing"), "乐亭": ("lao", "ting"),
        "浚县": ("xun", "xian"), "歙县": ("she", "xian"), "莘县": ("shen", "xian"), "莘庄": ("xin", "zhuang"),
        "涡阳": ("guo", "yang"), "音乐": ("yin", "yue"), "乐器": ("yue", "qi"), "乐团": ("yue", "tuan"),
    }
)  # fmt: skip
_LONGEST_WORD = max(map(len, _WORDS))
_WORD_STARTS: dict[str, int] = {}
for _word in _WORDS:
    _WORD_STARTS[_word[0]] = max(_WORD_STARTS.get(_word[0], 0), len(_word))

# Surnames whose reading differs from the usual one. Source: the usual lists of polyphone surnames.
SURNAMES: dict[str, str] = {
    "曾": "zeng", "单": "shan", "解": "xie", "仇": "qiu", "查": "zha", "区": "ou", "盖": "ge", "朴": "piao",
    "缪": "miao", "种": "chong", "秘": "bi", "冼": "xian", "洗": "xian", "折": "she", "黑": "he", "繁": "po",
    "员": "yun", "翟": "zhai", "召": "shao", "覃": "qin", "乜": "nie", "逄": "pang", "祭": "zhai", "重": "chong",
    "葛": "ge", "褚": "chu", "那": "na", "任": "ren", "宓": "mi", "隗": "wei", "幺": "yao", "尹": "yin", "车": "che",
    "乐": "yue", "石": "shi", "万": "wan", "都": "du", "牟": "mu", "贾": "jia", "谷": "gu", "卜": "bu", "柏": "bai",
    "薄": "bo", "长": "chang", "訾": "zi", "芮": "rui", "佴": "nai", "郇": "xun", "燕": "yan", "令": "ling",
    "晟": "cheng", "盛": "sheng", "沈": "shen", "郗": "xi", "郄": "qie", "臧": "zang", "哈": "ha", "句": "gou",
    "阚": "kan", "尉": "wei", "宁": "ning", "纪": "ji", "应": "ying", "华": "hua", "过": "guo", "要": "yao",
    "便": "pian", "不": "fou", "俞": "yu", "弗": "fei", "撒": "sa", "妫": "gui", "谌": "chen", "晁": "chao",
    "甯": "ning", "笪": "da", "麴": "qu", "矫": "jiao", "亓": "qi", "炅": "gui", "桧": "gui", "佟": "tong",
}  # fmt: skip
COMPOUND_SURNAMES: dict[str, tuple[str, ...]] = {
    "尉迟": ("yu", "chi"), "万俟": ("mo", "qi"), "长孙": ("zhang", "sun"), "单于": ("chan", "yu"),
    "澹台": ("tan", "tai"), "令狐": ("ling", "hu"), "宰父": ("zai", "fu"), "亓官": ("qi", "guan"),
    "乐正": ("yue", "zheng"), "可频": ("ke", "pin"), "鲜于": ("xian", "yu"), "公冶": ("gong", "ye"),
    "濮阳": ("pu", "yang"), "淳于": ("chun", "yu"), "中行": ("zhong", "hang"), "贺若": ("he", "ruo"),
}  # fmt: skip

# A second reading that people also type, or that a place or a given name has. Indexed beside the usual one.
SECOND: dict[str, str] = {
    "长": "zhang", "行": "hang", "重": "chong", "乐": "yue", "朝": "zhao", "都": "dou", "会": "kuai", "厦": "sha",
    "传": "zhuan", "藏": "zang", "参": "shen", "调": "tiao", "还": "huan", "率": "shuai", "车": "ju", "柏": "bo",
    "薄": "bao", "校": "jiao", "省": "xing", "卡": "qia", "壳": "qiao", "泊": "po", "番": "pan", "六": "lu", "阿": "e",
    "莘": "xin", "堡": "pu", "埔": "bu", "模": "mu", "便": "pian", "宿": "xiu", "熟": "shou", "塞": "sai", "露": "lou",
    "弹": "dan", "曾": "zeng", "单": "shan", "解": "xie", "仇": "qiu", "查": "zha", "区": "ou", "盖": "ge",
    "朴": "piao", "缪": "miao", "种": "chong", "尉": "yu", "覃": "tan", "翟": "di", "牟": "mou", "隗": "kui",
    "葛": "ge", "盛": "cheng", "沈": "chen", "贾": "gu", "谷": "yu", "蔚": "yu", "万": "mo", "晟": "cheng",
    "茜": "qian", "娜": "nuo", "降": "xiang", "圩": "wei", "乘": "sheng", "澄": "deng", "观": "guan", "冠": "guan",
    "量": "liang", "吕": "lu", "秘": "bi", "屏": "bing", "铅": "yan", "强": "jiang", "圈": "juan", "杉": "sha",
    "提": "di", "拓": "ta", "系": "ji", "鲜": "xian", "巷": "hang", "约": "yao", "粘": "nian", "冼": "xi",
    "逄": "feng", "涡": "guo", "歙": "xi", "蚌": "bang", "黑": "he", "俞": "shu", "褚": "zhu", "燕": "yan",
    "吁": "yu", "折": "she", "栖": "xi", "召": "shao", "员": "yun", "祭": "zhai", "洗": "xian", "角": "jue",
}  # fmt: skip
SECOND = {char: syllable for char, syllable in SECOND.items() if READING.get(char) != syllable}

SYLLABLES = frozenset(CHARACTERS) | set(SURNAMES.values()) | set(SECOND.values())


def _trie_pattern(words: set[str]) -> str:
    """A pattern for the longest of `words`, as a tree: an alternation of 400 words would try them one by one."""
    ends = "" in words
    branches = [
        re.escape(letter) + _trie_pattern({word[1:] for word in words if word and word[0] == letter})
        for letter in sorted({word[0] for word in words if word})
    ]
    if not branches:
        return ""
    body = branches[0] if len(branches) == 1 and not ends else f"(?:{'|'.join(branches)})"
    return f"{body}?" if ends else body


# The longest syllable that starts at a position.
LONGEST_SYLLABLE = re.compile(_trie_pattern(set(SYLLABLES)))


def syllables(folded: str, *, person: bool = False) -> tuple[list[str], list[str] | None]:
    """Readings of folded text, one per character, and a second list where some character has a second reading.

    A character that is not Chinese stands for itself. `person`: the text is a person's name, surname first.
    """
    usual = [READING.get(char, char) for char in folded]
    second: list[str] | None = None
    start = 0
    if person and folded:
        compound = COMPOUND_SURNAMES.get(folded[:2]) if len(folded) > 2 else None
        if compound is not None:
            usual[:2] = compound
            start = 2
        elif folded[0] in SURNAMES:
            surname = SURNAMES[folded[0]]
            if surname != usual[0]:
                second = usual.copy()
                usual[0] = surname
            elif folded[0] in SECOND:
                second = usual.copy()
                second[0] = SECOND[folded[0]]
            start = 1
    position = start
    end = len(folded)
    while position < end:
        char = folded[position]
        reach = _WORD_STARTS.get(char)
        if reach is not None:
            for length in range(min(reach, end - position), 1, -1):
                reading = _WORDS.get(folded[position : position + length])
                if reading is not None:
                    usual[position : position + length] = reading
                    if second is not None:
                        second[position : position + length] = reading
                    position += length
                    break
            else:
                reach = None
            if reach is not None:
                continue
        other = SECOND.get(char)
        if other is not None:
            if second is None:
                second = usual.copy()
            second[position] = other
        elif second is not None:
            second[position] = usual[position]
        position += 1
    return usual, second


def pinyin(text: str, *, person: bool = False) -> str:
    """Toneless pinyin without spaces: `深圳华为` → `shenzhenhuawei`; ü is `v`."""
    return "".join(syllables(fold(text), person=person)[0])


def initials(text: str, *, person: bool = False) -> str:
    """First letter of each syllable: `深圳华为` → `szhw`; what is not Chinese stands for itself."""
    folded = fold(text)
    usual, _ = syllables(folded, person=person)
    return "".join(s[0] if s != c else c for s, c in zip(usual, folded, strict=True))
