/** One address of a receiver that has several: it is told by itself what it refused while the others accepted. */
export interface Addressee {
  /** The receiver's name. */
  of: string;
  address: string;
}

/** What it is called where a receiver's name stands. */
export const addresseeName = ({ of, address }: Addressee): string => `${of} <${address}>`;
