import { comma, useT } from "@/i18n/index";
import { StateTag } from "./tag";

type TokenLimitsProps = { token: { read_only: boolean; objects: { name: string; label: string }[] } };

/** What a token may do, in a few words. */
export function TokenLimits({ token }: TokenLimitsProps) {
  const t = useT();
  return (
    <>
      <StateTag tone={token.read_only ? "good" : "warn"}>
        {token.read_only ? t("token.readOnly") : t("token.readWrite")}
      </StateTag>{" "}
      {token.objects.length > 0 ? token.objects.map((object) => object.label).join(comma()) : t("token.all")}
    </>
  );
}
