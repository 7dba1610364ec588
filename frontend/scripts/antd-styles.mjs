// Writes src/theme/antd.generated.css: the styles of the antd components this application uses, so that the
// browser computes none (theme.zeroRuntime) and the page needs no inline style elements (docs/decisions/010).
// A component missing here shows unstyled at once: add its name. `npm run styles` runs before dev and build.
import { writeFileSync } from "node:fs";
import { createCache, extractStyle, StyleProvider } from "@ant-design/cssinjs";
import * as antd from "antd";
import { Fragment, createElement as h } from "react";
import { renderToString } from "react-dom/server";

const noop = () => undefined;
const P = (C) => C._InternalPanelDoNotUseOrYouWillBeFired;
const { Form, Select, TreeSelect, Cascader, DatePicker, Input, Modal, Tree, Table, Upload } = antd;

const samples = [
  h(antd.App, null, "x"),
  h(antd.Alert, { message: "x" }),
  h(antd.AutoComplete, { options: [] }),
  h(antd.Badge, { count: 1 }),
  h(antd.Button, null, "x"),
  h(Cascader.Panel, { options: [{ value: "a", label: "a" }] }),
  h(Cascader, { options: [] }),
  h(antd.Checkbox.Group, { options: ["a"] }),
  h(antd.Checkbox, null, "x"),
  h(antd.Collapse, { items: [{ key: "a", label: "a", children: "x" }], activeKey: "a" }),
  h(DatePicker, null),
  h(DatePicker.RangePicker, null),
  h(P(DatePicker), null),
  h(antd.Descriptions, { items: [] }),
  h(antd.Divider, null),
  h(P(antd.Drawer), null, "x"),
  h(
    antd.Dropdown,
    { menu: { items: [{ key: "a", label: "a" }] }, open: true, getPopupContainer: noop },
    h("i"),
  ),
  h(antd.Empty, null),
  h(Form, null, h(Form.Item, { label: "x", name: "x" }, h(Input, null))),
  h(antd.InputNumber, null),
  h(Input.Search, null),
  h(Input.TextArea, null),
  h(Input.Password, null),
  h(antd.Menu, { items: [{ key: "a", label: "a" }] }),
  h(P(Modal), null, "x"),
  h(P(Modal), { type: "confirm" }, "x"),
  h(P(antd.message), null),
  h(P(antd.notification), null),
  h(antd.Pagination, { total: 100 }),
  h(P(antd.Popconfirm), { title: "x" }),
  h(P(antd.Popover), { title: "x" }, "x"),
  h(antd.Progress, { percent: 1 }),
  h(antd.Radio.Group, { options: ["a"], optionType: "button" }),
  h(antd.Result, null),
  h(antd.Segmented, { options: ["a", "b"] }),
  h(Select, { options: [{ value: "a" }] }),
  h(antd.Skeleton, null),
  h(antd.Skeleton.Button, null),
  h(antd.Space, null, "x", "y"),
  h(antd.Space.Compact, null, h(antd.Button), h(antd.Space.Addon, null, "x")),
  h(antd.Spin, { spinning: true }, "x"),
  h(antd.Steps, { items: [{ title: "x" }] }),
  h(antd.Switch, null),
  h(Table, { columns: [{ title: "a", dataIndex: "a" }], dataSource: [{ key: 1, a: 1 }] }),
  h(antd.Tabs, { items: [{ key: "a", label: "a" }] }),
  h(antd.Tag, { color: "blue" }, "x"),
  h(antd.Tag, { color: "success" }, "x"),
  h(antd.Timeline, { items: [{ children: "x" }] }),
  h(P(antd.TimePicker), null),
  h(P(antd.Tooltip), { title: "x" }, "x"),
  h(Tree, { treeData: [{ key: "a", title: "a" }] }),
  h(TreeSelect, { treeData: [] }),
  h(antd.Typography.Text, null, "x"),
  h(Upload.Dragger, null),
];

const cache = createCache();
const theme = { hashed: false, cssVar: { key: "km" } };
renderToString(
  h(
    StyleProvider,
    { cache },
    h(
      antd.ConfigProvider,
      { theme },
      samples.map((sample, index) => h(Fragment, { key: String(index) }, sample)),
    ),
  ),
);
const css = extractStyle(cache, { plain: true, types: "style" });
writeFileSync(new URL("../src/theme/antd.generated.css", import.meta.url), css);
console.log(`antd.generated.css ${Math.round(css.length / 1024)} kB`);
