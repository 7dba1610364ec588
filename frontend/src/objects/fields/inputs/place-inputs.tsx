/** Inputs of values that are more than a word or a number: a file, a place, stars. */
import { Button, Input } from "antd";
import { LocateFixed, Star, Upload, X } from "lucide-react";
import { useId, useRef, useState } from "react";
import { api } from "@/api/client";
import { useMessage } from "@/kit/use-message";
import { isCircle, type Scalar } from "../../model/filter";
import { isFile } from "../../model/meta";
import { readDecimal } from "../../model/numbers";
import { sizeText } from "../format";
import type { FilterInputProps, InputProps } from "../types";
import { useFormat } from "../use-format";
import { TextFilterInput } from "./filter-inputs";
import styles from "./place-inputs.module.css";

/** The file goes up when it is chosen; the record keeps its id when it is saved. */
export function FileInput({ id, field, value, onChange, describedBy, autoFocus }: InputProps) {
  const { t } = useFormat();
  const message = useMessage();
  const picker = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  async function send(file: File | undefined) {
    if (!file) return;
    setBusy(true);
    try {
      onChange((await api.upload(file)).data);
    } catch (error) {
      message.error(error);
    }
    setBusy(false);
  }
  return (
    <div className={styles.line}>
      {isFile(value) ? (
        <>
          <a className={styles.grow} href={api.fileUrl(value.id)} download>
            {value.name} <span className={styles.muted}>{sizeText(value.size)}</span>
          </a>
          <Button
            type="text"
            aria-label={t("field.remove_file", { label: field.label })}
            icon={<X size={15} aria-hidden />}
            onClick={() => onChange(null)}
          />
        </>
      ) : null}
      <Button
        id={id}
        aria-describedby={describedBy}
        autoFocus={autoFocus ?? false}
        loading={busy}
        icon={<Upload size={14} aria-hidden />}
        onClick={() => picker.current?.click()}
      >
        {t(isFile(value) ? "field.other_file" : "field.choose_file")}
      </Button>
      <input
        ref={picker}
        type="file"
        hidden
        aria-label={field.label}
        onChange={(event) => void send(event.target.files?.[0])}
      />
    </div>
  );
}

type Place = { lat?: unknown; lng?: unknown; address?: string };

/** What cannot be read as a number goes to the server as typed, and comes back with a reason. */
function degrees(text: string): unknown {
  if (text.trim() === "") return null;
  const read = readDecimal(text);
  return read === null ? text : Number(read);
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}

/** Address in words, and where it is in degrees; the device may be asked where one stands. */
export function LocationInput({ id, field, value, onChange, invalid, describedBy, autoFocus }: InputProps) {
  const { t } = useFormat();
  const message = useMessage();
  const [busy, setBusy] = useState(false);
  const place: Place = typeof value === "object" && value !== null ? (value as Place) : {};
  const status = invalid ? ("error" as const) : undefined;
  const put = (change: Place) => {
    const next = { lat: place.lat ?? null, lng: place.lng ?? null, address: place.address ?? "", ...change };
    onChange(next.lat === null && next.lng === null && !next.address ? null : next);
  };
  function locate() {
    setBusy(true);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setBusy(false);
        put({ lat: Number(coords.latitude.toFixed(6)), lng: Number(coords.longitude.toFixed(6)) });
      },
      () => {
        setBusy(false);
        message.error(t("field.no_position"));
      },
      { timeout: 10_000 },
    );
  }
  return (
    <div className={styles.place}>
      <Input
        id={id}
        status={status}
        aria-describedby={describedBy}
        autoFocus={autoFocus ?? false}
        placeholder={t("field.address")}
        value={place.address ?? ""}
        onChange={(event) => put({ address: event.target.value })}
      />
      <div className={styles.line}>
        <Input
          status={status}
          inputMode="decimal"
          aria-label={`${field.label} ${t("field.latitude")}`}
          placeholder={t("field.latitude")}
          value={textOf(place.lat)}
          onChange={(event) => put({ lat: degrees(event.target.value) })}
        />
        <Input
          status={status}
          inputMode="decimal"
          aria-label={`${field.label} ${t("field.longitude")}`}
          placeholder={t("field.longitude")}
          value={textOf(place.lng)}
          onChange={(event) => put({ lng: degrees(event.target.value) })}
        />
        {"geolocation" in navigator ? (
          <Button
            loading={busy}
            aria-label={t("field.here")}
            title={t("field.here")}
            icon={<LocateFixed size={15} aria-hidden />}
            onClick={locate}
          />
        ) : null}
      </div>
    </div>
  );
}

export function LocationFilterInput(props: FilterInputProps) {
  const { field, op, value, onChange, id, autoFocus } = props;
  const { t } = useFormat();
  const [typed, setTyped] = useState(() =>
    isCircle(value)
      ? { lat: String(value.lat), lng: String(value.lng), km: String(value.km) }
      : { lat: "", lng: "", km: "10" },
  );
  if (op !== "near") return <TextFilterInput {...props} />;
  const set = (change: Partial<typeof typed>) => {
    const next = { ...typed, ...change };
    setTyped(next);
    const circle = {
      lat: Number(next.lat || Number.NaN),
      lng: Number(next.lng || Number.NaN),
      km: Number(next.km),
    };
    onChange(isCircle(circle) ? circle : (null as Scalar));
  };
  const input = (name: keyof typeof typed, label: string) => (
    <Input
      id={name === "lat" ? id : `${id}-${name}`}
      autoFocus={name === "lat" && (autoFocus ?? false)}
      inputMode="decimal"
      aria-label={`${field.label} ${label}`}
      placeholder={label}
      value={typed[name]}
      onChange={(event) => set({ [name]: event.target.value })}
      {...(name === "km" ? { suffix: "km" } : {})}
    />
  );
  return (
    <div className={styles.line}>
      {input("lat", t("field.latitude"))}
      {input("lng", t("field.longitude"))}
      {input("km", t("field.radius"))}
    </div>
  );
}

/** Stars as a row of radio buttons: arrows choose, a second click on the chosen one takes it back. */
export function RatingInput({ id, field, value, onChange, invalid, describedBy, autoFocus }: InputProps) {
  const { t } = useFormat();
  const name = useId();
  const [over, setOver] = useState(0);
  const most = Number(field.max ?? 5);
  const lit = over || Number(value ?? 0);
  return (
    <fieldset
      className={styles.stars}
      aria-describedby={describedBy}
      aria-invalid={invalid || undefined}
      onMouseLeave={() => setOver(0)}
    >
      <legend className="km-hidden">{field.label}</legend>
      {Array.from({ length: most }, (_, index) => index + 1).map((star) => (
        <label key={star} data-on={star <= lit} onMouseEnter={() => setOver(star)}>
          <input
            id={star === 1 ? id : `${id}-${star}`}
            type="radio"
            name={name}
            // biome-ignore lint/a11y/noAutofocus: asked for by the form that opened
            autoFocus={star === 1 && (autoFocus ?? false)}
            aria-label={t("field.stars", { count: star, most })}
            checked={Number(value) === star}
            onChange={() => onChange(star)}
            onClick={() => Number(value) === star && onChange(null)}
          />
          <Star size={20} aria-hidden />
        </label>
      ))}
    </fieldset>
  );
}
