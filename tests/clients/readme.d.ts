// What the README's samples leave to the reader.
declare global {
  var token: string;
}
export {};
