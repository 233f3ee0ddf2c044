import { type Field, fieldNamed } from '../field/field.ts';
import type { FieldValue, Match, MatchField } from '../model/match.ts';
import { portFrom16, portTo16 } from '../model/port.ts';
import { FIELD_SLOTS, SLOT_COUNT, SLOT_ONES, slot } from './slot.ts';

const PACKET_TYPE = slot('packet_type');
const ETH_TYPE = slot('eth_type');

/** Fields of which Open vSwitch 3.1 takes the value for the mask, so that only its 1-bits are matched. */
const MASKED_BY_VALUE: ReadonlySet<string> = new Set([
  ...['tun_erspan_ver', 'tun_erspan_dir', 'tun_erspan_hwid', 'tun_gtpu_flags', 'tun_gtpu_msgtype'],
]);

/** Fields of which Open vSwitch keeps so few bits that an exact match goes out masked. */
const MASK_SHOWN: ReadonlySet<string> = new Set(['ct_state', 'tun_flags']);

/**
 * A match as the set of bits that it constrains, whatever fields were used to say it. Two matches that mean the same have
 * the same bits. Mutable while it is built; nothing of it leaves the package but what is read out.
 */
export class FlowMatch {
  readonly value: FieldValue[] = new Array(SLOT_COUNT).fill(0);
  readonly mask: FieldValue[] = new Array(SLOT_COUNT).fill(0);
  readonly #touched: number[] = [];
  #present: Set<number> | undefined;

  /** A number of up to 32 bits that is matched, 0 where it is not. */
  number(index: number): number {
    return Number(this.value[index] ?? 0);
  }

  maskNumber(index: number): number {
    return Number(this.mask[index] ?? 0);
  }

  isWild(index: number): boolean {
    return !this.mask[index];
  }

  setSlot(index: number, value: FieldValue, mask: FieldValue = SLOT_ONES[index] ?? 0): void {
    const ones = SLOT_ONES[index] ?? 0;
    if (typeof ones === 'bigint') {
      const bits = BigInt(mask);
      this.value[index] = BigInt(value) & bits;
      this.mask[index] = bits;
    } else {
      const bits = (Number(mask) & ones) >>> 0;
      this.value[index] = (Number(value) & bits) >>> 0;
      this.mask[index] = bits;
    }
    this.#touched.push(index);
  }

  /** Whether a tunnel option is only required to be there, whatever its value. */
  isPresent(field: Field): boolean {
    return this.#present?.has(field.index) === true;
  }

  /** A copy that can be changed by itself. */
  clone(): FlowMatch {
    const copy = new FlowMatch();
    for (const index of this.#touched) {
      copy.value[index] = this.value[index] ?? 0;
      copy.mask[index] = this.mask[index] ?? 0;
      copy.#touched.push(index);
    }
    copy.#present = this.#present;
    return copy;
  }

  /** Forgets everything. */
  clear(): void {
    for (const index of this.#touched) {
      this.value[index] = 0;
      this.mask[index] = 0;
    }
    this.#touched.length = 0;
    this.#present = undefined;
  }

  /** Whether nothing of the field's own bits is matched yet. */
  isFieldWild(field: Field): boolean {
    const where = FIELD_SLOTS[field.index];
    if (where === undefined) return true;
    if (where.part !== undefined) return (this.maskNumber(where.slot) & where.part.bits) === 0;
    for (let at = 0; at < where.count; at++) if (this.mask[where.slot + at]) return false;
    return true;
  }

  /** Matches one field, replacing what was said of its bits. Without a mask every bit matters; a zero mask wildcards. */
  setField(field: Field, value: FieldValue, mask?: FieldValue): void {
    const where = FIELD_SLOTS[field.index];
    if (where === undefined) return;
    const exact = mask === undefined || mask === field.ones;
    if (field.variable && mask !== undefined && !mask) this.#present = new Set(this.#present).add(field.index);
    if (where.count > 1) this.#setRegisters(where.slot, where.count, BigInt(value), exact ? undefined : BigInt(mask));
    else if (where.part !== undefined) {
      const { shift, bits, also } = where.part;
      const partMask = exact ? bits : (Number(mask) << shift) & bits;
      const extra = partMask === 0 ? 0 : also;
      const keep = ~(bits | extra);
      const old = this.number(where.slot) & keep;
      this.value[where.slot] = old | ((Number(value) << shift) & partMask) | extra;
      this.mask[where.slot] = (this.maskNumber(where.slot) & keep) | partMask | extra;
      this.#touched.push(where.slot);
    } else if (field.format === 'port10') this.setSlot(where.slot, portFrom16(Number(value)));
    else if (MASKED_BY_VALUE.has(field.name)) {
      this.setSlot(where.slot, Number(value) & Number(exact ? field.ones : mask), value);
    } else this.setSlot(where.slot, value, exact ? (SLOT_ONES[where.slot] ?? 0) : mask);
    if (field.prerequisite !== 'none' && this.isWild(PACKET_TYPE)) this.setSlot(PACKET_TYPE, 0);
  }

  #setRegisters(first: number, count: number, value: bigint, mask: bigint | undefined): void {
    for (let at = 0; at < count; at++) {
      const shift = BigInt(32 * (count - 1 - at));
      const bits = mask === undefined ? 0xffffffff : Number((mask >> shift) & 0xffffffffn);
      this.setSlot(first + at, Number((value >> shift) & 0xffffffffn), bits);
    }
  }

  /** What is matched of one field: the value and mask, in the field's own form. */
  getField(field: Field): { value: FieldValue; mask: FieldValue } {
    const where = FIELD_SLOTS[field.index];
    if (where === undefined) return { value: 0, mask: 0 };
    if (where.count > 1) {
      let value = 0n;
      let mask = 0n;
      for (let at = 0; at < where.count; at++) {
        value = (value << 32n) | BigInt(this.value[where.slot + at] ?? 0);
        mask = (mask << 32n) | BigInt(this.mask[where.slot + at] ?? 0);
      }
      return { value, mask };
    }
    const value = this.value[where.slot] ?? 0;
    const mask = this.mask[where.slot] ?? 0;
    if (where.part !== undefined) {
      const { shift, bits } = where.part;
      const partMask = Number(mask) & bits;
      const full = partMask === bits;
      return { value: (Number(value) & bits) >>> shift, mask: full ? field.ones : partMask >>> shift };
    }
    if (field.format === 'port10') return { value: portTo16(Number(value)), mask: mask ? 0xffff : 0 };
    if (mask === SLOT_ONES[where.slot] && !MASK_SHOWN.has(field.name))
      return { value: field.bytes === 1 ? Number(value) & 0xff : value, mask: field.ones };
    return { value: field.big ? BigInt(value) : value, mask: field.big ? BigInt(mask) : mask };
  }

  /** The Ethernet type, also where packet_type=(1,…) says it; 0 where neither does. */
  get ethType(): number {
    const packetType = this.number(PACKET_TYPE);
    if (packetType === 0) return this.number(ETH_TYPE);
    return packetType >>> 16 === 1 ? packetType & 0xffff : 0;
  }

  /** Whether it matches Ethernet packets by packet_type, as nearly every match does. */
  get hasDefaultPacketType(): boolean {
    return !this.isWild(PACKET_TYPE) && this.number(PACKET_TYPE) === 0;
  }
}

/** The bits that a match constrains. Unknown fields are left out. */
export function flowMatch(match: Match): FlowMatch {
  const flow = new FlowMatch();
  for (const entry of match) {
    if (entry.field !== 'unknown') flow.setField(fieldNamed(entry.field), entry.value, entry.mask);
  }
  return flow;
}

/** A match field in the model's form: no mask where all bits matter. */
export function matchField(field: Field, value: FieldValue, mask: FieldValue): MatchField {
  const sized = field.big ? BigInt(value) : Number(value);
  return mask === field.ones ? { field: field.name, value: sized } : { field: field.name, value: sized, mask };
}
