/**
 * The divisions below each province, one line a province: last four digits, Chinese name, English name. Prefectures end in 00; what
 * stands under 90 is administered by the province itself (省直辖县级行政区划) and pools for itself or with the province.
 * Codes of GB/T 2260. Municipalities and the Corps have no line: a filing names the whole of them.
 */
export const DIVISIONS: readonly (readonly [province: string, divisions: string])[] = [
  [
    '130000',
    '0100 石家庄市 Shijiazhuang, 0200 唐山市 Tangshan, 0300 秦皇岛市 Qinhuangdao, 0400 邯郸市 Handan, 0500 邢台市 Xingtai, 0600 保定市 Baoding, 0700 张家口市 Zhangjiakou, 0800 承德市 Chengde, 0900 沧州市 Cangzhou, 1000 廊坊市 Langfang, 1100 衡水市 Hengshui',
  ],
  [
    '140000',
    '0100 太原市 Taiyuan, 0200 大同市 Datong, 0300 阳泉市 Yangquan, 0400 长治市 Changzhi, 0500 晋城市 Jincheng, 0600 朔州市 Shuozhou, 0700 晋中市 Jinzhong, 0800 运城市 Yuncheng, 0900 忻州市 Xinzhou, 1000 临汾市 Linfen, 1100 吕梁市 Lüliang',
  ],
  [
    '150000',
    '0100 呼和浩特市 Hohhot, 0200 包头市 Baotou, 0300 乌海市 Wuhai, 0400 赤峰市 Chifeng, 0500 通辽市 Tongliao, 0600 鄂尔多斯市 Ordos, 0700 呼伦贝尔市 Hulunbuir, 0800 巴彦淖尔市 Bayannur, 0900 乌兰察布市 Ulanqab, 2200 兴安盟 Hinggan, 2500 锡林郭勒盟 Xilingol, 2900 阿拉善盟 Alxa',
  ],
  [
    '210000',
    '0100 沈阳市 Shenyang, 0200 大连市 Dalian, 0300 鞍山市 Anshan, 0400 抚顺市 Fushun, 0500 本溪市 Benxi, 0600 丹东市 Dandong, 0700 锦州市 Jinzhou, 0800 营口市 Yingkou, 0900 阜新市 Fuxin, 1000 辽阳市 Liaoyang, 1100 盘锦市 Panjin, 1200 铁岭市 Tieling, 1300 朝阳市 Chaoyang, 1400 葫芦岛市 Huludao',
  ],
  [
    '220000',
    '0100 长春市 Changchun, 0200 吉林市 Jilin City, 0300 四平市 Siping, 0400 辽源市 Liaoyuan, 0500 通化市 Tonghua, 0600 白山市 Baishan, 0700 松原市 Songyuan, 0800 白城市 Baicheng, 2400 延边朝鲜族自治州 Yanbian',
  ],
  [
    '230000',
    '0100 哈尔滨市 Harbin, 0200 齐齐哈尔市 Qiqihar, 0300 鸡西市 Jixi, 0400 鹤岗市 Hegang, 0500 双鸭山市 Shuangyashan, 0600 大庆市 Daqing, 0700 伊春市 Yichun, 0800 佳木斯市 Jiamusi, 0900 七台河市 Qitaihe, 1000 牡丹江市 Mudanjiang, 1100 黑河市 Heihe, 1200 绥化市 Suihua, 2700 大兴安岭地区 Da Hinggan Ling',
  ],
  [
    '320000',
    "0100 南京市 Nanjing, 0200 无锡市 Wuxi, 0300 徐州市 Xuzhou, 0400 常州市 Changzhou, 0500 苏州市 Suzhou, 0600 南通市 Nantong, 0700 连云港市 Lianyungang, 0800 淮安市 Huai'an, 0900 盐城市 Yancheng, 1000 扬州市 Yangzhou, 1100 镇江市 Zhenjiang, 1200 泰州市 Taizhou, 1300 宿迁市 Suqian",
  ],
  [
    '330000',
    '0100 杭州市 Hangzhou, 0200 宁波市 Ningbo, 0300 温州市 Wenzhou, 0400 嘉兴市 Jiaxing, 0500 湖州市 Huzhou, 0600 绍兴市 Shaoxing, 0700 金华市 Jinhua, 0800 衢州市 Quzhou, 0900 舟山市 Zhoushan, 1000 台州市 Taizhou, 1100 丽水市 Lishui',
  ],
  [
    '340000',
    "0100 合肥市 Hefei, 0200 芜湖市 Wuhu, 0300 蚌埠市 Bengbu, 0400 淮南市 Huainan, 0500 马鞍山市 Ma'anshan, 0600 淮北市 Huaibei, 0700 铜陵市 Tongling, 0800 安庆市 Anqing, 1000 黄山市 Huangshan, 1100 滁州市 Chuzhou, 1200 阜阳市 Fuyang, 1300 宿州市 Suzhou, 1500 六安市 Lu'an, 1600 亳州市 Bozhou, 1700 池州市 Chizhou, 1800 宣城市 Xuancheng",
  ],
  [
    '350000',
    '0100 福州市 Fuzhou, 0200 厦门市 Xiamen, 0300 莆田市 Putian, 0400 三明市 Sanming, 0500 泉州市 Quanzhou, 0600 漳州市 Zhangzhou, 0700 南平市 Nanping, 0800 龙岩市 Longyan, 0900 宁德市 Ningde',
  ],
  [
    '360000',
    "0100 南昌市 Nanchang, 0200 景德镇市 Jingdezhen, 0300 萍乡市 Pingxiang, 0400 九江市 Jiujiang, 0500 新余市 Xinyu, 0600 鹰潭市 Yingtan, 0700 赣州市 Ganzhou, 0800 吉安市 Ji'an, 0900 宜春市 Yichun, 1000 抚州市 Fuzhou, 1100 上饶市 Shangrao",
  ],
  [
    '370000',
    "0100 济南市 Jinan, 0200 青岛市 Qingdao, 0300 淄博市 Zibo, 0400 枣庄市 Zaozhuang, 0500 东营市 Dongying, 0600 烟台市 Yantai, 0700 潍坊市 Weifang, 0800 济宁市 Jining, 0900 泰安市 Tai'an, 1000 威海市 Weihai, 1100 日照市 Rizhao, 1300 临沂市 Linyi, 1400 德州市 Dezhou, 1500 聊城市 Liaocheng, 1600 滨州市 Binzhou, 1700 菏泽市 Heze",
  ],
  [
    '410000',
    '0100 郑州市 Zhengzhou, 0200 开封市 Kaifeng, 0300 洛阳市 Luoyang, 0400 平顶山市 Pingdingshan, 0500 安阳市 Anyang, 0600 鹤壁市 Hebi, 0700 新乡市 Xinxiang, 0800 焦作市 Jiaozuo, 0900 濮阳市 Puyang, 1000 许昌市 Xuchang, 1100 漯河市 Luohe, 1200 三门峡市 Sanmenxia, 1300 南阳市 Nanyang, 1400 商丘市 Shangqiu, 1500 信阳市 Xinyang, 1600 周口市 Zhoukou, 1700 驻马店市 Zhumadian, 9001 济源市 Jiyuan',
  ],
  [
    '420000',
    '0100 武汉市 Wuhan, 0200 黄石市 Huangshi, 0300 十堰市 Shiyan, 0500 宜昌市 Yichang, 0600 襄阳市 Xiangyang, 0700 鄂州市 Ezhou, 0800 荆门市 Jingmen, 0900 孝感市 Xiaogan, 1000 荆州市 Jingzhou, 1100 黄冈市 Huanggang, 1200 咸宁市 Xianning, 1300 随州市 Suizhou, 2800 恩施土家族苗族自治州 Enshi, 9004 仙桃市 Xiantao, 9005 潜江市 Qianjiang, 9006 天门市 Tianmen, 9021 神农架林区 Shennongjia',
  ],
  [
    '430000',
    '0100 长沙市 Changsha, 0200 株洲市 Zhuzhou, 0300 湘潭市 Xiangtan, 0400 衡阳市 Hengyang, 0500 邵阳市 Shaoyang, 0600 岳阳市 Yueyang, 0700 常德市 Changde, 0800 张家界市 Zhangjiajie, 0900 益阳市 Yiyang, 1000 郴州市 Chenzhou, 1100 永州市 Yongzhou, 1200 怀化市 Huaihua, 1300 娄底市 Loudi, 3100 湘西土家族苗族自治州 Xiangxi',
  ],
  [
    '440000',
    '0100 广州市 Guangzhou, 0200 韶关市 Shaoguan, 0300 深圳市 Shenzhen, 0400 珠海市 Zhuhai, 0500 汕头市 Shantou, 0600 佛山市 Foshan, 0700 江门市 Jiangmen, 0800 湛江市 Zhanjiang, 0900 茂名市 Maoming, 1200 肇庆市 Zhaoqing, 1300 惠州市 Huizhou, 1400 梅州市 Meizhou, 1500 汕尾市 Shanwei, 1600 河源市 Heyuan, 1700 阳江市 Yangjiang, 1800 清远市 Qingyuan, 1900 东莞市 Dongguan, 2000 中山市 Zhongshan, 5100 潮州市 Chaozhou, 5200 揭阳市 Jieyang, 5300 云浮市 Yunfu',
  ],
  [
    '450000',
    '0100 南宁市 Nanning, 0200 柳州市 Liuzhou, 0300 桂林市 Guilin, 0400 梧州市 Wuzhou, 0500 北海市 Beihai, 0600 防城港市 Fangchenggang, 0700 钦州市 Qinzhou, 0800 贵港市 Guigang, 0900 玉林市 Yulin, 1000 百色市 Baise, 1100 贺州市 Hezhou, 1200 河池市 Hechi, 1300 来宾市 Laibin, 1400 崇左市 Chongzuo',
  ],
  [
    '460000',
    "0100 海口市 Haikou, 0200 三亚市 Sanya, 0300 三沙市 Sansha, 0400 儋州市 Danzhou, 9001 五指山市 Wuzhishan, 9002 琼海市 Qionghai, 9005 文昌市 Wenchang, 9006 万宁市 Wanning, 9007 东方市 Dongfang, 9021 定安县 Ding'an, 9022 屯昌县 Tunchang, 9023 澄迈县 Chengmai, 9024 临高县 Lingao, 9025 白沙黎族自治县 Baisha, 9026 昌江黎族自治县 Changjiang, 9027 乐东黎族自治县 Ledong, 9028 陵水黎族自治县 Lingshui, 9029 保亭黎族苗族自治县 Baoting, 9030 琼中黎族苗族自治县 Qiongzhong",
  ],
  [
    '510000',
    "0100 成都市 Chengdu, 0300 自贡市 Zigong, 0400 攀枝花市 Panzhihua, 0500 泸州市 Luzhou, 0600 德阳市 Deyang, 0700 绵阳市 Mianyang, 0800 广元市 Guangyuan, 0900 遂宁市 Suining, 1000 内江市 Neijiang, 1100 乐山市 Leshan, 1300 南充市 Nanchong, 1400 眉山市 Meishan, 1500 宜宾市 Yibin, 1600 广安市 Guang'an, 1700 达州市 Dazhou, 1800 雅安市 Ya'an, 1900 巴中市 Bazhong, 2000 资阳市 Ziyang, 3200 阿坝藏族羌族自治州 Ngawa, 3300 甘孜藏族自治州 Garzê, 3400 凉山彝族自治州 Liangshan",
  ],
  [
    '520000',
    '0100 贵阳市 Guiyang, 0200 六盘水市 Liupanshui, 0300 遵义市 Zunyi, 0400 安顺市 Anshun, 0500 毕节市 Bijie, 0600 铜仁市 Tongren, 2300 黔西南布依族苗族自治州 Qianxinan, 2600 黔东南苗族侗族自治州 Qiandongnan, 2700 黔南布依族苗族自治州 Qiannan',
  ],
  [
    '530000',
    "0100 昆明市 Kunming, 0300 曲靖市 Qujing, 0400 玉溪市 Yuxi, 0500 保山市 Baoshan, 0600 昭通市 Zhaotong, 0700 丽江市 Lijiang, 0800 普洱市 Pu'er, 0900 临沧市 Lincang, 2300 楚雄彝族自治州 Chuxiong, 2500 红河哈尼族彝族自治州 Honghe, 2600 文山壮族苗族自治州 Wenshan, 2800 西双版纳傣族自治州 Xishuangbanna, 2900 大理白族自治州 Dali, 3100 德宏傣族景颇族自治州 Dehong, 3300 怒江傈僳族自治州 Nujiang, 3400 迪庆藏族自治州 Dêqên",
  ],
  [
    '540000',
    '0100 拉萨市 Lhasa, 0200 日喀则市 Xigazê, 0300 昌都市 Qamdo, 0400 林芝市 Nyingchi, 0500 山南市 Shannan, 0600 那曲市 Nagqu, 2500 阿里地区 Ngari',
  ],
  [
    '610000',
    "0100 西安市 Xi'an, 0200 铜川市 Tongchuan, 0300 宝鸡市 Baoji, 0400 咸阳市 Xianyang, 0500 渭南市 Weinan, 0600 延安市 Yan'an, 0700 汉中市 Hanzhong, 0800 榆林市 Yulin, 0900 安康市 Ankang, 1000 商洛市 Shangluo",
  ],
  [
    '620000',
    '0100 兰州市 Lanzhou, 0200 嘉峪关市 Jiayuguan, 0300 金昌市 Jinchang, 0400 白银市 Baiyin, 0500 天水市 Tianshui, 0600 武威市 Wuwei, 0700 张掖市 Zhangye, 0800 平凉市 Pingliang, 0900 酒泉市 Jiuquan, 1000 庆阳市 Qingyang, 1100 定西市 Dingxi, 1200 陇南市 Longnan, 2900 临夏回族自治州 Linxia, 3000 甘南藏族自治州 Gannan',
  ],
  [
    '630000',
    '0100 西宁市 Xining, 0200 海东市 Haidong, 2200 海北藏族自治州 Haibei, 2300 黄南藏族自治州 Huangnan, 2500 海南藏族自治州 Hainan Prefecture, 2600 果洛藏族自治州 Golog, 2700 玉树藏族自治州 Yushu, 2800 海西蒙古族藏族自治州 Haixi',
  ],
  [
    '640000',
    '0100 银川市 Yinchuan, 0200 石嘴山市 Shizuishan, 0300 吴忠市 Wuzhong, 0400 固原市 Guyuan, 0500 中卫市 Zhongwei',
  ],
  [
    '650000',
    '0100 乌鲁木齐市 Ürümqi, 0200 克拉玛依市 Karamay, 0400 吐鲁番市 Turpan, 0500 哈密市 Hami, 2300 昌吉回族自治州 Changji, 2700 博尔塔拉蒙古自治州 Bortala, 2800 巴音郭楞蒙古自治州 Bayingolin, 2900 阿克苏地区 Aksu, 3000 克孜勒苏柯尔克孜自治州 Kizilsu, 3100 喀什地区 Kashgar, 3200 和田地区 Hotan, 4000 伊犁哈萨克自治州 Ili, 4200 塔城地区 Tacheng, 4300 阿勒泰地区 Altay, 9001 石河子市 Shihezi, 9002 阿拉尔市 Aral, 9003 图木舒克市 Tumxuk, 9004 五家渠市 Wujiaqu, 9005 北屯市 Beitun, 9006 铁门关市 Tiemenguan, 9007 双河市 Shuanghe, 9008 可克达拉市 Kokdala, 9009 昆玉市 Kunyu, 9010 胡杨河市 Huyanghe, 9011 新星市 Xinxing, 9012 白杨市 Baiyang',
  ],
];
