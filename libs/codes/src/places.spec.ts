import { describe, expect, it } from 'vitest';
import { capitalOf, findPlace, placeName, placesOf, PROVINCES } from './index.js';

/** How many prefectures and how many counties of its own each province has. */
const COUNTS: Readonly<Record<string, readonly [prefectures: number, counties: number]>> = {
  '110000': [0, 0],
  '120000': [0, 0],
  '130000': [11, 0],
  '140000': [11, 0],
  '150000': [12, 0],
  '210000': [14, 0],
  '220000': [9, 0],
  '230000': [13, 0],
  '310000': [0, 0],
  '320000': [13, 0],
  '330000': [11, 0],
  '340000': [16, 0],
  '350000': [9, 0],
  '360000': [11, 0],
  '370000': [16, 0],
  '410000': [17, 1],
  '420000': [13, 4],
  '430000': [14, 0],
  '440000': [21, 0],
  '450000': [14, 0],
  '460000': [4, 15],
  '500000': [0, 0],
  '510000': [21, 0],
  '520000': [9, 0],
  '530000': [16, 0],
  '540000': [7, 0],
  '610000': [10, 0],
  '620000': [14, 0],
  '630000': [8, 0],
  '640000': [5, 0],
  '650000': [14, 12],
  '660000': [0, 0],
};

const everywhere = PROVINCES.flatMap(({ code }) => placesOf(code));

describe('places', () => {
  it.each(PROVINCES.map(({ code }) => code))('%s has its prefectures and counties', (province) => {
    const kinds = placesOf(province).map(({ kind }) => kind);
    const found = [kinds.filter((k) => k === 'PREFECTURE').length, kinds.filter((k) => k === 'COUNTY').length];
    expect(found).toEqual(COUNTS[province]);
  });

  it('are the 333 prefectures of the country', () => {
    expect(everywhere.filter(({ kind }) => kind === 'PREFECTURE')).toHaveLength(333);
  });

  it('have distinct codes in rising order, each of its own province', () => {
    const codes = everywhere.map(({ code }) => code);
    expect(codes).toEqual([...new Set(codes)].sort());
    for (const { code } of PROVINCES) {
      expect(placesOf(code).filter((place) => place.code.slice(0, 2) !== code.slice(0, 2))).toEqual([]);
    }
  });

  it('have a code, a Chinese and an English name, and no Chinese name twice', () => {
    const malformed = everywhere.filter(
      ({ code, nameZh, nameEn }) =>
        !/^\d{6}$/.test(code) ||
        !/^\p{Script=Han}{2,}$/u.test(nameZh) ||
        !/^\p{Lu}[\p{Script=Latin}' ]+$/u.test(nameEn),
    );
    expect(malformed).toEqual([]);
    expect(new Set(everywhere.map(({ nameZh }) => nameZh)).size).toBe(everywhere.length);
  });

  it.each([
    ['130100', '石家庄市', 'Shijiazhuang', 'PREFECTURE'],
    ['222400', '延边朝鲜族自治州', 'Yanbian', 'PREFECTURE'],
    ['232700', '大兴安岭地区', 'Da Hinggan Ling', 'PREFECTURE'],
    ['419001', '济源市', 'Jiyuan', 'COUNTY'],
    ['429004', '仙桃市', 'Xiantao', 'COUNTY'],
    ['442000', '中山市', 'Zhongshan', 'PREFECTURE'],
    ['469002', '琼海市', 'Qionghai', 'COUNTY'],
    ['653100', '喀什地区', 'Kashgar', 'PREFECTURE'],
    ['659001', '石河子市', 'Shihezi', 'COUNTY'],
    ['310000', '上海', 'Shanghai', 'MUNICIPALITY'],
    ['460000', '海南', 'Hainan', 'PROVINCE'],
    ['660000', '新疆生产建设兵团', 'Xinjiang Production and Construction Corps', 'PROVINCE'],
  ])('%s is %s', (code, nameZh, nameEn, kind) => expect(findPlace(code)).toEqual({ code, nameZh, nameEn, kind }));

  it.each(['130102', '139900', '130199', '371200', '660100', '', '000000'])('%j is no place of its own', (code) =>
    expect(findPlace(code)).toBeNull(),
  );

  it.each([
    ['410000', '郑州市'],
    ['370000', '济南市'],
    ['460000', '海口市'],
    ['540000', '拉萨市'],
    ['650000', '乌鲁木齐市'],
  ])('the capital of %s is %s', (province, nameZh) =>
    expect(findPlace(capitalOf(province) ?? '')?.nameZh).toBe(nameZh),
  );

  it('the capital of every province is its first prefecture, and municipalities and the Corps have none', () => {
    const capitals = PROVINCES.map(({ code }) => capitalOf(code));
    expect(capitals.filter((capital) => capital === null)).toHaveLength(5);
    expect(capitals.every((capital) => capital === null || capital.endsWith('0100'))).toBe(true);
  });

  it.each([
    ['130100', '石家庄市', 'Shijiazhuang'],
    ['130102', '石家庄市', 'Shijiazhuang'],
    ['130199', '石家庄市', 'Shijiazhuang'],
    ['429004', '仙桃市', 'Xiantao'],
    ['429099', '湖北', 'Hubei'],
    ['310115', '上海', 'Shanghai'],
    ['660100', '新疆生产建设兵团', 'Xinjiang Production and Construction Corps'],
    ['139900', '河北省本级', 'Hebei, provincial level'],
    ['659900', '新疆自治区本级', 'Xinjiang, provincial level'],
    ['319900', '上海市本级', 'Shanghai, provincial level'],
    ['669900', '新疆生产建设兵团本级', 'Xinjiang Production and Construction Corps, provincial level'],
    ['990100', '990100', '990100'],
  ])('%s is called %s', (region, zh, en) => expect(placeName(region)).toEqual({ zh, en }));
});
