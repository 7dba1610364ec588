export function SetupPage() {
  return <div />;
}
