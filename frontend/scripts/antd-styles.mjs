// Writes src/theme/antd.generated.css: the styles of the antd components the sources import, so that the browser
// computes none (theme.zeroRuntime) and the page needs no style elements made at run time (docs/decisions/010).
// A component imported without a sample here stops the build. `npm run styles` runs before dev and build.
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { createCache, extractStyle, StyleProvider } from "@ant-design/cssinjs";
import * as antd from "antd";
import { Fragment, createElement as h } from "react";
import { renderToString } from "react-dom/server";

/** What is imported from antd but draws nothing of its own. */
const STYLELESS = new Set(["ConfigProvider", "theme", "Grid"]);
/** Parts that a component shows only in a popup, which a rendering to text never opens. */
const INSIDE = {
  DatePicker: ["Button", "Input", "TimePicker"],
  Dropdown: ["Menu", "Button"],
  Drawer: ["Button"],
  Modal: ["Button"],
  Popconfirm: ["Popover", "Button"],
  Popover: ["Tooltip"],
  Select: ["Empty", "Tag"],
  Table: ["Checkbox", "Dropdown", "Empty", "Pagination", "Spin"],
  Tabs: ["Dropdown"],
  Transfer: ["Checkbox", "Input"],
  TreeSelect: ["Select", "Tree"],
  Cascader: ["Select"],
  Upload: ["Button", "Progress", "Tooltip"],
};
const P = (C) => C._InternalPanelDoNotUseOrYouWillBeFired;
const option = { value: "a", label: "a" };
const item = { key: "a", label: "a", children: "x" };
const dates = antd.DatePicker;

const SAMPLES = {
  Alert: () => h(antd.Alert, { title: "x" }),
  App: () => h(antd.App, null, "x"),
  AutoComplete: () => h(antd.AutoComplete, { options: [] }),
  Badge: () => h(antd.Badge, { count: 1 }),
  Button: () => h(antd.Button, null, "x"),
  Cascader: () => [h(antd.Cascader.Panel, { options: [option] }), h(antd.Cascader, { options: [] })],
  Checkbox: () => [h(antd.Checkbox.Group, { options: ["a"] }), h(antd.Checkbox, null, "x")],
  Collapse: () => h(antd.Collapse, { items: [item], activeKey: "a" }),
  DatePicker: () => [h(dates), h(dates.RangePicker), h(P(dates))],
  Descriptions: () => h(antd.Descriptions, { items: [] }),
  Divider: () => h(antd.Divider),
  Drawer: () => h(P(antd.Drawer), null, "x"),
  Dropdown: () => h(antd.Dropdown, { menu: { items: [] } }, h("i")),
  Empty: () => h(antd.Empty),
  Form: () => h(antd.Form, null, h(antd.Form.Item, { label: "x", name: "x" }, h(antd.Input))),
  Input: () => [h(antd.Input), h(antd.Input.Search), h(antd.Input.TextArea), h(antd.Input.Password)],
  InputNumber: () => h(antd.InputNumber),
  Menu: () => h(antd.Menu, { items: [{ key: "a", label: "a" }] }),
  Modal: () => [h(P(antd.Modal), null, "x"), h(P(antd.Modal), { type: "confirm" }, "x")],
  Pagination: () => h(antd.Pagination, { total: 100 }),
  Popconfirm: () => h(P(antd.Popconfirm), { title: "x" }),
  Popover: () => h(P(antd.Popover), { title: "x" }, "x"),
  Progress: () => h(antd.Progress, { percent: 1 }),
  Radio: () => h(antd.Radio.Group, { options: ["a"], optionType: "button" }),
  Segmented: () => h(antd.Segmented, { options: ["a", "b"] }),
  Select: () => h(antd.Select, { options: [option], mode: "multiple", value: ["a"] }),
  Skeleton: () => [h(antd.Skeleton), h(antd.Skeleton.Button)],
  Space: () => [h(antd.Space, null, "x"), h(antd.Space.Compact, null, h(antd.Button))],
  Spin: () => h(antd.Spin, { spinning: true }, "x"),
  Steps: () => h(antd.Steps, { items: [{ title: "x" }] }),
  Switch: () => h(antd.Switch),
  Table: () => h(antd.Table, { columns: [{ title: "a", dataIndex: "a" }], dataSource: [{ key: 1, a: 1 }] }),
  Tabs: () => h(antd.Tabs, { items: [item] }),
  Tag: () => [h(antd.Tag, { color: "blue" }, "x"), h(antd.Tag, { color: "success" }, "x")],
  TimePicker: () => h(P(antd.TimePicker)),
  Timeline: () => h(antd.Timeline, { items: [{ content: "x" }] }),
  Tooltip: () => h(P(antd.Tooltip), { title: "x" }, "x"),
  Tree: () => h(antd.Tree, { treeData: [{ key: "a", title: "a" }] }),
  TreeSelect: () => h(antd.TreeSelect, { treeData: [] }),
  Upload: () => [h(antd.Upload), h(antd.Upload.Dragger)],
};

function importedNames() {
  const names = new Set();
  for (const path of globSync("src/**/*.{ts,tsx}", { cwd: new URL("..", import.meta.url).pathname })) {
    const text = readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
    for (const [, list] of text.matchAll(/import \{([^}]*)\} from "antd"/g)) {
      for (const part of list.split(",")) {
        const name = part.trim().split(" as ")[0];
        if (name && !name.startsWith("type ")) names.add(name);
      }
    }
  }
  return names;
}

const wanted = new Set();
function want(name, by) {
  if (STYLELESS.has(name) || wanted.has(name)) return;
  if (!SAMPLES[name]) throw new Error(`antd's ${name} (${by}) has no sample in scripts/antd-styles.mjs`);
  wanted.add(name);
  for (const part of INSIDE[name] ?? []) want(part, `inside ${name}`);
}
for (const name of importedNames()) want(name, "imported");

const cache = createCache();
renderToString(
  h(
    StyleProvider,
    { cache },
    h(
      antd.ConfigProvider,
      { theme: { hashed: false, cssVar: { key: "km" } } },
      // In one order whatever the sources' is, so that the file's hash follows its contents.
      [...wanted].sort().map((name) => h(Fragment, { key: name }, ...[SAMPLES[name]()].flat())),
    ),
  ),
);
const css = extractStyle(cache, { plain: true, types: "style" });
writeFileSync(new URL("../src/theme/antd.generated.css", import.meta.url), css);
console.log(`antd.generated.css ${Math.round(css.length / 1024)} kB: ${[...wanted].sort().join(" ")}`);
