export function Problem({ text }: { readonly text: string }) {
  return <p class="problem">{text}</p>;
}
