import type { ItemKind } from '@yiditong/codes';
import { ITEM_KINDS } from '@yiditong/codes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coreNameOf, coreNamesOf, modelsOf, normaliseName } from './names.js';

describe('core names', () => {
  it.each<[ItemKind, string, string]>([
    ['WESTERN_DRUG', '盐酸二甲双胍片', '二甲双胍'],
    ['WESTERN_DRUG', '▲盐酸二甲双胍缓释片(格华止)[集采]', '二甲双胍'],
    ['WESTERN_DRUG', '立普妥(阿托伐他汀钙片)', '阿托伐他汀'],
    ['WESTERN_DRUG', '立普妥 阿托伐他汀钙片', '阿托伐他汀'],
    ['WESTERN_DRUG', '注射用头孢曲松钠', '头孢曲松'],
    ['WESTERN_DRUG', '头孢曲松钠粉针 1.0g*10支', '头孢曲松'],
    ['WESTERN_DRUG', '硫酸氢氯吡格雷片', '氯吡格雷'],
    ['WESTERN_DRUG', '地塞米松磷酸钠注射液', '地塞米松'],
    ['WESTERN_DRUG', '0.9%氯化钠注射液', '氯化钠'],
    ['WESTERN_DRUG', '硫酸镁注射液', '硫酸镁'],
    ['WESTERN_DRUG', '碳酸氢钠片', '碳酸氢钠'],
    ['WESTERN_DRUG', '硝酸甘油片', '硝酸甘油'],
    ['WESTERN_DRUG', '门冬胰岛素30注射液(诺和锐30)', '门冬胰岛素30'],
    ['WESTERN_DRUG', '硝苯地平缓释片(Ⅱ)', '硝苯地平2'],
    ['WESTERN_DRUG', '扑热息痛片', '对乙酰氨基酚'],
    ['WESTERN_DRUG', 'VitC注射液', '维生素c'],
    ['WESTERN_DRUG', '维生素B12片', '维生素b12'],
    ['PATENT_MEDICINE', '六味地黄丸(浓缩丸)', '六味地黄'],
    ['HERBAL_PIECES', '甘草(统货)', '甘草'],
    ['HERBAL_PIECES', '蜜黄芪', '蜜黄芪'],
    ['SERVICE', 'Ⅱ级护理', '2级护理'],
    ['SERVICE', 'II级护理', '2级护理'],
    ['SERVICE', '二级护理', '2级护理'],
    ['SERVICE', '常规心电图检查（十二导联）', '常规心电图检查12导联'],
    ['SERVICE', '普通病房床位费(双人间)', '普通病房床位2人间'],
    ['SERVICE', '核磁共振平扫', '磁共振平扫'],
    ['CONSUMABLE', '一次性使用无菌注射器(带针) 5ml', '一次性无菌注射器带针'],
  ])('of %s: %s is %s', (kind, name, core) => {
    expect(coreNameOf(name, kind)).toBe(core);
  });

  const kind = fc.constantFrom(...ITEM_KINDS, null);
  const part = fc.constantFrom(
    ...'盐酸 二甲双胍 片 缓释 胶囊 注射用 钠 磷酸 ( ) [ ] 集采 0.5g × 24 粒 Ⅱ ii 十二 检查 费 术 测定 ▲ 3.0×15mm 单侧 加收 , . - / vitc 扑热息痛 一次性使用'.split(
      ' ',
    ),
  );
  const name = fc.oneof(
    fc.array(part, { maxLength: 8 }).map((parts) => parts.join('')),
    fc.string({ unit: 'grapheme' }),
  );

  it('are their own core names', () => {
    fc.assert(
      fc.property(name, kind, (text, of) => {
        const core = coreNameOf(text, of);
        expect(coreNameOf(core, of)).toBe(core);
      }),
      { numRuns: 500 },
    );
  });

  it('are all looked for where the kind is not known', () => {
    expect(coreNamesOf('阿莫西林胶囊', null)).toContain('阿莫西林');
    expect(coreNamesOf('二级护理', null)).toContain('2级护理');
    expect(coreNamesOf('阿莫西林胶囊', 'WESTERN_DRUG')).toEqual(['阿莫西林']);
  });
});

describe('a name taken apart', () => {
  it('keeps the salt, the form, what stands in brackets and the marks', () => {
    const { salt, form, asides, flags } = normaliseName('硫酸氢氯吡格雷片(波立维)(集采)', 'WESTERN_DRUG');
    expect({ salt, form, asides, flags }).toEqual({ salt: '硫酸氢', form: '片', asides: ['波立维'], flags: ['集采'] });
  });
});

describe('models', () => {
  it.each([
    ['3.0×15mm', '3.0*15'],
    ['3.0×15mm', '3x15mm'],
    ['17.5cm×9.5cm', '17.5×9.5cm'],
    ['16FR', '16Fr'],
    ['12#', '12＃'],
  ])('%s and %s are the same', (one, other) => {
    expect(modelsOf(one)).toEqual(modelsOf(other));
  });

  it('of different sizes differ', () => {
    expect(modelsOf('3.0×15mm')).not.toEqual(modelsOf('3.5×15mm'));
  });
});
