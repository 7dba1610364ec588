import { Modal } from "antd";
import { useState } from "react";
import { TextField } from "@/kit/field";
import { useMessage } from "@/kit/use-message";
import type { Target } from "../data/jobs";
import { useSegments, useSegmentWrites } from "../data/segments";
import { useFormat } from "../fields/use-format";
import barStyles from "../list/filter-bar.module.css";
import styles from "./segments.module.css";

type MembersDialogProps = {
  object: string;
  way: "add" | "remove";
  target: Target;
  onDone: () => void;
  onClose: () => void;
};

const NEW = "";

/** Puts the chosen records on a static list, an existing or a new one, or takes them off. */
export function MembersDialog({ object, way, target, onDone, onClose }: MembersDialogProps) {
  const { t } = useFormat();
  const message = useMessage();
  const writes = useSegmentWrites();
  const segments = useSegments(object);
  const lists = (segments.data ?? []).filter((one) => one.kind === "static" && one.can_change);
  const [picked, setPicked] = useState<string | null>(null);
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const chosen = picked ?? lists[0]?.id ?? NEW;
  const fresh = way === "add" && chosen === NEW;

  async function run() {
    setBusy(true);
    try {
      const made = fresh
        ? await writes.create({ object, kind: "static", name: name.trim(), description: "", shared: null })
        : null;
      const list = made ?? lists.find((one) => one.id === chosen);
      if (!list) return;
      const { changed, already, missing } = await writes.members(list.id, way, target);
      const words = t(way === "add" ? "segment.added" : "segment.removed", {
        name: list.name,
        changed,
        already,
      });
      message.success(words + (missing > 0 ? t("segment.missing", { missing }) : ""));
      onDone();
      onClose();
    } catch (error) {
      message.error(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Modal
      open
      title={t(way === "add" ? "segment.add" : "segment.remove")}
      width={440}
      onCancel={onClose}
      onOk={() => void run()}
      okText={t(way === "add" ? "segment.add" : "segment.remove")}
      okButtonProps={{ loading: busy, disabled: fresh ? !name.trim() : chosen === NEW }}
      cancelText={t("action.cancel")}
    >
      <div className={styles.form}>
        {lists.length === 0 && segments.isSuccess ? (
          <p className={styles.note}>{t(way === "add" ? "segment.none_yet" : "segment.none_to_leave")}</p>
        ) : null}
        {lists.length > 0 ? (
          <select
            className={barStyles.native}
            aria-label={t("segment.pick")}
            value={chosen}
            onChange={(event) => setPicked(event.target.value)}
          >
            {lists.map((list) => (
              <option key={list.id} value={list.id}>
                {list.name}
              </option>
            ))}
            {way === "add" ? <option value={NEW}>{t("segment.new")}</option> : null}
          </select>
        ) : null}
        {fresh ? (
          <TextField
            label={t("segment.name")}
            value={name}
            onValue={setName}
            maxLength={60}
            autoComplete="off"
          />
        ) : null}
      </div>
    </Modal>
  );
}
