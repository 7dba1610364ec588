import { Dropdown } from "antd";
import { ChevronDown } from "lucide-react";
import { useIsPhone } from "@/kit/use-is-phone";
import { useFormat } from "../fields/use-format";
import type { ObjectMeta, ViewMeta } from "../model/meta";
import styles from "./list.module.css";

type ViewSwitchProps = { meta: ObjectMeta; current: ViewMeta | null; onPick: (view: ViewMeta) => void };

const TABS = 6;

/** The first views as tabs, the rest behind one button; on a phone all of them behind it. */
export function ViewSwitch({ meta, current, onPick }: ViewSwitchProps) {
  const { t } = useFormat();
  const phone = useIsPhone();
  if (meta.views.length < 2) return null;
  const tabs = phone ? [] : meta.views.slice(0, TABS);
  const rest = meta.views.slice(tabs.length);
  const inRest = rest.find((view) => view.key === current?.key);
  const items = rest.map((view) => ({ key: view.key, label: view.label, onClick: () => onPick(view) }));
  return (
    <nav className={styles.views} aria-label={t("list.views")}>
      {tabs.map((view) => (
        <button
          key={view.key}
          type="button"
          className={styles.view}
          aria-current={view.key === current?.key ? "page" : undefined}
          onClick={() => onPick(view)}
        >
          {view.label}
        </button>
      ))}
      {rest.length > 0 ? (
        <Dropdown menu={{ items, selectedKeys: inRest ? [inRest.key] : [] }} trigger={["click"]}>
          <button
            type="button"
            className={styles.view}
            aria-current={inRest ? "page" : undefined}
            aria-haspopup="menu"
          >
            {inRest?.label ?? t("list.more_views")}
            <ChevronDown size={14} aria-hidden />
          </button>
        </Dropdown>
      ) : null}
    </nav>
  );
}
