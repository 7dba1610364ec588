import { useQueryClient } from "@tanstack/react-query";
import { Star } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client";
import { useMessage } from "@/kit/use-message";
import { keys } from "../data/keys";
import { Blank } from "../fields/cells";
import type { CellProps } from "../fields/types";
import { useFormat } from "../fields/use-format";
import styles from "./follow.module.css";

type FollowStarProps = { object: string; id: string; following: boolean; words?: boolean };

/** Follow a record, or no more. Shown at once, and taken back when the server refuses. */
export function FollowStar({ object, id, following, words = false }: FollowStarProps) {
  const { t } = useFormat();
  const client = useQueryClient();
  const message = useMessage();
  const [shown, setShown] = useState<boolean | null>(null);
  const on = shown ?? following;

  async function toggle() {
    setShown(!on);
    try {
      await (on ? api.delete(`/${object}/${id}/follow`) : api.post(`/${object}/${id}/follow`));
      await client.invalidateQueries({ queryKey: keys.all(object) });
    } catch (error) {
      message.error(error);
    }
    setShown(null);
  }

  return (
    <button
      type="button"
      className={`${styles.star} ${on ? styles.on : ""} ${words ? styles.wide : ""}`}
      aria-pressed={on}
      aria-label={t("follow.follow")}
      title={on ? t("follow.stop_hint") : t("follow.hint")}
      onClick={(event) => {
        event.stopPropagation();
        void toggle();
      }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <Star size={16} aria-hidden fill={on ? "currentColor" : "none"} />
      {words ? <span>{on ? t("follow.following") : t("follow.follow")}</span> : null}
    </button>
  );
}

export function FollowCell({ field, value, record }: CellProps) {
  if (!field.object || !record?.id) return <Blank />;
  return <FollowStar object={field.object} id={record.id} following={value === true} />;
}
