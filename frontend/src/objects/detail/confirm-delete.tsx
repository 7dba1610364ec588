import { Modal } from "antd";
import { useFormat } from "../fields/use-format";
import { type ObjectMeta, type RecordData, titleOf } from "../model/meta";

type ConfirmDeleteProps = {
  meta: ObjectMeta;
  record: RecordData;
  onConfirm: () => Promise<void>;
  onClose: () => void;
};

export function ConfirmDelete({ meta, record, onConfirm, onClose }: ConfirmDeleteProps) {
  const { t } = useFormat();
  return (
    <Modal
      open
      title={t("action.delete_title", { label: meta.label, title: titleOf(meta, record) })}
      okText={t("action.delete")}
      okButtonProps={{ danger: true }}
      onCancel={onClose}
      onOk={() => onConfirm().then(onClose)}
    >
      <p>{t("action.delete_text")}</p>
    </Modal>
  );
}
