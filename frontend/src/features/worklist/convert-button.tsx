import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useT } from "@/i18n/index";
import { useMessage } from "@/kit/use-message";
import { useMeta } from "@/objects/data/meta";
import { recordQuery } from "@/objects/data/records";
import { offeredActions, useActions } from "@/objects/detail/use-actions";
import type { ObjectMeta } from "@/objects/model/meta";
import { refreshDay } from "./queries";
import styles from "./worklist.module.css";

type ConvertButtonProps = { id: string; name: string; onDone: () => void };

/** A lead becomes a customer where it stands on the list, in the same dialog as on its page. */
export function ConvertButton(props: ConvertButtonProps) {
  const { data: meta } = useMeta("leads");
  if (!meta?.actions.some((action) => action.name === "convert")) return null;
  return <Convert {...props} meta={meta} />;
}

function Convert({ id, name, onDone, meta }: ConvertButtonProps & { meta: ObjectMeta }) {
  const t = useT("worklist");
  const client = useQueryClient();
  const message = useMessage();
  const [busy, setBusy] = useState(false);
  const { start, element } = useActions(meta, () => {
    onDone();
    refreshDay(client);
  });

  async function open() {
    setBusy(true);
    try {
      const { record } = await client.fetchQuery(recordQuery("leads", id));
      const found = offeredActions(meta, record).find(({ action }) => action.name === "convert");
      if (found?.allowed) start(found.action, record);
      else message.info(found?.reason ?? t("cannotConvert"));
    } catch (error) {
      message.error(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <>
      <button
        type="button"
        className={styles.quick}
        disabled={busy}
        aria-label={t("convertFor", { name })}
        onClick={() => void open()}
      >
        {t("convert")}
      </button>
      {element}
    </>
  );
}
