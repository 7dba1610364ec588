import { useNavigate, useSearch } from "@tanstack/react-router";
import { useT } from "@/i18n/index";
import { useGo } from "@/kit/use-go";
import { FrontPage } from "./front-page";
import { SignInForm } from "./sign-in-form";

export function SignInPage() {
  const t = useT("sign-in");
  const go = useGo();
  const navigate = useNavigate();
  const { next } = useSearch({ from: "/login" });
  return (
    <FrontPage title={t("title")} lead={t("lead")}>
      <SignInForm
        onDone={(me) => {
          if (me.owes[0]) void navigate({ to: "/me", hash: me.owes[0] });
          else go(next ?? "/");
        }}
      />
    </FrontPage>
  );
}
