import { creatable, createPath, flatMenu } from "@/access/menu";
import type { Me } from "@/api/types";

export type Command = {
  key: string;
  label: string;
  icon: string;
  path: string;
  words: string;
  /** Set on commands that open the form for a new record, over the page one is on. */
  creates?: string;
};

/**
 * Pinyin and initials of the pages, so that "kehu" and "kh" find 客户. Records are found by the server,
 * which knows pinyin; the pages are few and fixed, so their words are a list.
 */
const WORDS: Record<string, string> = {
  home: "gongzuotai gzt home workbench",
  manager: "jinglishitu jlst manager",
  customers: "kehu kh customers",
  pool: "gonghai kehugonghai gh khgh public pool claim lingqu",
  recycling: "huishouguize gonghaihuishou hsgz recycling rules",
  contacts: "lianxiren lxr contacts",
  leads: "xiansuo xs leads",
  opportunities: "shangji sj opportunities deals",
  quotes: "baojia bj quotes",
  contracts: "hetong ht contracts",
  payments: "huikuan hk payments",
  products: "chanpin cp products",
  interactions: "genjin genjinjilu gj gjjl follow-ups interactions",
  tasks: "renwu rw tasks todo",
  worklist: "jintianlianxishui jtlxs lianxi worklist to contact",
  calendar: "rili rl calendar",
  reports: "chenhui chenhuiyubaogao ribao zhoubao yuebao baogao ch bg reports morning",
  care: "guanhuai benzhouguanhuai bzgh shengri care greetings birthdays",
  measures: "duixianyuxulie dxyxl promises kept sequences measures",
  "account-year": "zhongdiankehurili zdkhrl key accounts year",
  needs: "kehuxuqiu xuqiu khxq xq needs",
  promises: "chengnuo cn promises",
  "planned-contacts": "wanglaijihua wljh plan key accounts",
  enrollments: "xuliegenjin xulie xlgj xl sequences enrolments",
  segments: "mingdan md segments lists",
  visits: "baifang bf visits",
  cases: "gongdan gd cases",
  users: "yonghu yh users",
  departments: "bumen bm departments",
  roles: "juese js roles",
  fields: "ziduanyubuju ziduan buju zdybj zd fields layouts custom",
  teams: "tuandui td teams",
  admin: "xitongguanli xtgl admin administration",
  me: "wodezhanghao zhanghao wdzh me account password token",
  jobs: "houtairenwu htrw jobs operations",
};

export function pageCommands(me: Me): Command[] {
  return flatMenu(me.menu).map((item) => ({
    key: `page-${item.key}`,
    label: item.label,
    icon: item.icon ?? item.key,
    path: item.path,
    words: `${item.label} ${item.key} ${WORDS[item.key] ?? ""}`.toLowerCase(),
  }));
}

export function createCommands(me: Me, label: (noun: string) => string): Command[] {
  return creatable(me).map((item) => ({
    key: `new-${item.key}`,
    label: label(item.label),
    icon: item.icon ?? item.key,
    path: createPath(item.object ?? ""),
    creates: item.object ?? "",
    words: `${label(item.label)} xinjian xj new create ${WORDS[item.key] ?? ""}`.toLowerCase(),
  }));
}

/** Every word typed must begin a word of the command, or stand inside its Chinese name. */
export function commandMatches(command: Command, typed: string): boolean {
  const words = command.words.split(/\s+/);
  return typed
    .toLowerCase()
    .trim()
    .split(/\s+/)
    .every(
      (part) => command.label.toLowerCase().includes(part) || words.some((word) => word.startsWith(part)),
    );
}
