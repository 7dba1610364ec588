/** The whole filter as a form: conditions joined by and / or, with groups one level deep. */
import { Button } from "antd";
import { useState } from "react";
import { SidePanel } from "@/kit/side-panel";
import { useFormat } from "../fields/use-format";
import { toFilter, toGroup } from "../model/filter-draft";
import type { FilterProps } from "./filter-bar";
import styles from "./filter-bar.module.css";
import { GroupEditor } from "./filter-editor";

export function AdvancedFilter({ meta, filter, onChange, onClose }: FilterProps & { onClose: () => void }) {
  const { t } = useFormat();
  const [group, setGroup] = useState(() => toGroup(filter));
  return (
    <SidePanel
      open
      onClose={onClose}
      title={t("filter.advanced")}
      width={680}
      footer={
        <div className={styles.editorFoot}>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button
            type="primary"
            onClick={() => {
              onChange(toFilter(group));
              onClose();
            }}
          >
            {t("filter.apply")}
          </Button>
        </div>
      }
    >
      <GroupEditor meta={meta} group={group} onChange={setGroup} nested={false} />
    </SidePanel>
  );
}
