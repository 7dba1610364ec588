import { type ThemeConfig, theme } from "antd";

type Palette = Record<
  | "bg"
  | "surface"
  | "raised"
  | "hover"
  | "selected"
  | "line"
  | "controlLine"
  | "buttonLine"
  | "text"
  | "text2"
  | "text3"
  | "accent"
  | "accentHover"
  | "accentSoft"
  | "onAccent"
  | "good"
  | "warn"
  | "bad"
  | "info"
  | "shadowPop",
  string
>;

/** The same values as tokens.css; antd computes with them, so it cannot take the variables themselves. */
const light: Palette = {
  bg: "#f5f6f5",
  surface: "#ffffff",
  raised: "#ffffff",
  hover: "#f0f3f2",
  selected: "#e4f1ee",
  line: "#e2e6e4",
  controlLine: "#818d89",
  buttonLine: "#c3cbc8",
  text: "#18211f",
  text2: "#4d5b57",
  text3: "#5d6a66",
  accent: "#0b6e64",
  accentHover: "#095c54",
  accentSoft: "#e0f0ed",
  onAccent: "#ffffff",
  good: "#1a7340",
  warn: "#8a5300",
  bad: "#b3261e",
  info: "#2a5fa8",
  shadowPop: "0 8px 28px rgb(20 30 28 / 14%), 0 1px 3px rgb(20 30 28 / 10%)",
};

const dark: Palette = {
  bg: "#0f1312",
  surface: "#161b1a",
  raised: "#1d2322",
  hover: "#1e2624",
  selected: "#17332f",
  line: "#28302e",
  controlLine: "#6d7a76",
  buttonLine: "#46524e",
  text: "#e5ebe9",
  text2: "#b0bcb8",
  text3: "#8e9b97",
  accent: "#56c7b6",
  accentHover: "#7ad6c8",
  accentSoft: "#16332f",
  onAccent: "#06211d",
  good: "#6cc98c",
  warn: "#e3b15c",
  bad: "#f0877f",
  info: "#86b3ec",
  shadowPop: "0 10px 32px rgb(0 0 0 / 55%), 0 0 0 1px rgb(255 255 255 / 6%)",
};

const FONT =
  '-apple-system, BlinkMacSystemFont, "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei UI", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", sans-serif';

/** antd's own reckoning makes another green of the accent in the dark; the accent is one. */
function exactly(mode: "light" | "dark", p: Palette): NonNullable<ThemeConfig["algorithm"]> {
  const reckon = mode === "dark" ? theme.darkAlgorithm : theme.defaultAlgorithm;
  return (seed) => ({
    ...reckon(seed),
    colorPrimary: p.accent,
    colorInfo: p.info,
    colorSuccess: p.good,
    colorWarning: p.warn,
    colorError: p.bad,
  });
}

function build(mode: "light" | "dark", p: Palette): ThemeConfig {
  return {
    zeroRuntime: true,
    hashed: false,
    cssVar: { key: `km-${mode}`, prefix: "ant" },
    algorithm: exactly(mode, p),
    token: {
      fontFamily: FONT,
      fontSize: 14,
      borderRadius: 6,
      borderRadiusLG: 10,
      borderRadiusSM: 4,
      controlHeight: 32,
      wireframe: false,
      motionDurationMid: "0.14s",
      motionDurationSlow: "0.2s",
      colorPrimary: p.accent,
      colorPrimaryHover: p.accentHover,
      colorPrimaryBg: p.accentSoft,
      colorPrimaryActive: p.accentHover,
      colorTextLightSolid: p.onAccent,
      colorLink: p.accent,
      colorLinkHover: p.accentHover,
      colorInfo: p.info,
      colorSuccess: p.good,
      colorWarning: p.warn,
      colorError: p.bad,
      colorText: p.text,
      colorTextSecondary: p.text2,
      colorTextTertiary: p.text3,
      colorTextDescription: p.text3,
      colorTextPlaceholder: p.text3,
      colorTextHeading: p.text,
      colorBgLayout: p.bg,
      colorBgContainer: p.surface,
      colorBgElevated: p.raised,
      colorBorder: p.controlLine,
      colorBorderSecondary: p.line,
      colorSplit: p.line,
      controlItemBgHover: p.hover,
      controlItemBgActive: p.selected,
      controlItemBgActiveHover: p.selected,
      boxShadow: p.shadowPop,
      boxShadowSecondary: p.shadowPop,
      controlOutline: "transparent",
    },
    components: {
      Button: {
        primaryShadow: "none",
        defaultShadow: "none",
        dangerShadow: "none",
        fontWeight: 500,
        defaultBorderColor: p.buttonLine,
      },
      Input: { activeShadow: `0 0 0 2px ${p.accentSoft}` },
      Select: { optionSelectedBg: p.selected },
      Tooltip: {
        colorBgSpotlight: mode === "dark" ? "#e5ebe9" : "#1f2927",
        colorTextLightSolid: mode === "dark" ? "#18211f" : "#ffffff",
      },
      Tabs: { horizontalItemGutter: 20, titleFontSize: 14 },
      Modal: { titleFontSize: 16 },
      Table: { headerBg: p.surface, headerColor: p.text2, cellPaddingBlock: 8, cellPaddingInline: 12 },
    },
  };
}

export const antdThemes = { light: build("light", light), dark: build("dark", dark) };
