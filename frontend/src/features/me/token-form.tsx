import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { type FormEvent, useState } from "react";
import { ApiError, api } from "@/api/client";
import type { ObjectSummary } from "@/api/types";
import { useT } from "@/i18n/index";
import { Field, TextField } from "@/kit/field";
import { useErrorText } from "@/kit/states";
import styles from "./me.module.css";

const DAYS = [30, 90, 180, 365];

/** What a token is for, how long it lasts, and what it may do of what its person may. */
export function TokenForm({ onMade }: { onMade: (token: string) => void }) {
  const t = useT("me");
  const errorText = useErrorText();
  const [name, setName] = useState("");
  const [days, setDays] = useState(90);
  const [readOnly, setReadOnly] = useState(false);
  const [chosen, setChosen] = useState<string[]>([]);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const objects = useQuery({
    queryKey: ["meta", "objects"],
    queryFn: async ({ signal }) =>
      (await api.get<{ items: ObjectSummary[] }>("/meta/objects", { signal })).data.items,
    staleTime: 5 * 60_000,
  });

  async function create(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setErrors({});
    try {
      const body = { name: name.trim(), days, read_only: readOnly, objects: chosen };
      const { data } = await api.post<{ token: string }>("/me/tokens", body);
      setName("");
      onMade(data.token);
    } catch (error) {
      const found = error instanceof ApiError ? error.errors : [];
      setErrors(
        found.length > 0
          ? Object.fromEntries(found.map((one) => [one.field ?? "", one.message]))
          : { "": errorText(error) },
      );
    }
    setBusy(false);
  }

  return (
    <form className={styles.tokenForm} onSubmit={(event) => void create(event)}>
      <div className={styles.row}>
        <TextField
          label={t("tokens.name")}
          placeholder={t("tokens.example")}
          value={name}
          onValue={setName}
          error={errors.name ?? errors[""]}
        />
        <Field label={t("tokens.lasts")} error={errors.days}>
          {(ids) => (
            <select
              {...ids}
              className={styles.select}
              value={days}
              onChange={(event) => setDays(Number(event.target.value))}
            >
              {DAYS.map((count) => (
                <option key={count} value={count}>
                  {t("tokens.days", { count })}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <label className={styles.tick}>
        <input type="checkbox" checked={readOnly} onChange={(event) => setReadOnly(event.target.checked)} />
        {t("tokens.readOnly")}
      </label>
      <details className={styles.limits}>
        <summary>
          {chosen.length > 0 ? t("tokens.onlyCount", { count: chosen.length }) : t("tokens.all")}
        </summary>
        <p>{t("tokens.onlyHint")}</p>
        <div className={styles.ticks}>
          {objects.data?.map((object) => (
            <label key={object.name} className={styles.tick}>
              <input
                type="checkbox"
                checked={chosen.includes(object.name)}
                onChange={(event) =>
                  setChosen(
                    event.target.checked
                      ? [...chosen, object.name]
                      : chosen.filter((one) => one !== object.name),
                  )
                }
              />
              {object.label}
            </label>
          ))}
        </div>
      </details>
      <div>
        <Button htmlType="submit" size="large" loading={busy} disabled={!name.trim()}>
          {t("tokens.create")}
        </Button>
      </div>
    </form>
  );
}
