import { Converter } from 'opencc-js/t2cn';
import type { OwnItem } from '@yiditong/harmonization';

/** Phrases count before characters, so that 乾燥 becomes 干燥 and 乾隆 stays. */
const toSimplified = Converter({ from: 't', to: 'cn' });

/** A character that only stands for another one in traditional writing. Most texts have none and are spared the conversion. */
const MAY_BE_TRADITIONAL = /[\u3400-\u9fff\uf900-\ufaff]/u;

/** A text in simplified characters (繁体转简体), variant forms of a character included. Simplified text stays what it is. */
export function simplify(text: string): string {
  return MAY_BE_TRADITIONAL.test(text) ? toSimplified(text.normalize('NFKC')) : text;
}

/** An own item with all that is compared in simplified characters. Codes and prices stay. */
export function simplifiedItem(item: OwnItem): OwnItem {
  return {
    ...item,
    name: simplify(item.name),
    dosageForm: simplify(item.dosageForm),
    specification: simplify(item.specification),
    pack: simplify(item.pack),
    unit: simplify(item.unit),
    manufacturer: simplify(item.manufacturer),
    approvalNumber: simplify(item.approvalNumber),
  };
}
