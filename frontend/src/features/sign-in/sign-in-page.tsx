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
          if (me.must_change_password) void navigate({ to: "/me", hash: "password" });
          else go(next ?? "/");
        }}
      />
    </FrontPage>
  );
}
