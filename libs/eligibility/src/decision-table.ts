/**
 * The decision on a visit, case by case, as text. Times are of Asia/Shanghai. A statement records one thing:
 *   file#1 RETIREE 310000 2026-01-01..∞ @2026-01-01T09:00    a filing that takes effect at once; "owing" by pledge; "of" another place
 *   draft#1, submit#1 … likewise, and of a filing that there is: accept, return, reject, change, supply, cancel, expire, invalidate
 *   insured 610100 active @…, hospital H31011500001 networked INPATIENT+CHRONIC M039+M016 @…, entitled#1.1 M03902 2026-01-01..∞ @…
 *   agreement 苏浙 320000+330000 DEEMED_FILED REFERRAL 2026-01-01..∞, whole 530000 2026-01-01..∞    rules besides the founding ones
 * What is said at another time than it holds from has "seen@". A name stands for the statements after its "=".
 */
export const HISTORIES = `
retiree    = file#1 RETIREE 310000 2026-01-01..∞ @2026-01-01T09:00
resident   = file#1 RESIDENT 310000 2026-01-01..∞ @2026-01-01T09:00
worker     = file#1 WORKER 310000 2026-01-01..∞ @2026-01-01T09:00
referral   = file#2 REFERRAL 310000 2026-01-01..2026-06-30 @2026-01-01T09:00
stay       = file#3 OTHER 310000 2026-01-01..2026-12-31 @2026-01-01T09:00
pledged    = file#1 RETIREE 310000 2026-01-01..∞ owing @2026-01-01T09:00
late       = file#4 OTHER 310000 2026-06-30..2026-12-30 @2026-07-05T10:00:00
elsewhere  = file#5 WORKER 320500 2026-01-01..∞ @2026-01-01T09:00
insured    = insured 610100 active @2020-01-01T00:00
hospital   = hospital H31011500001 networked INPATIENT+OUTPATIENT+CHRONIC M039+M016 @2023-01-01T00:00
pressure   = entitled#1.1 M03902 2026-01-01..2026-12-31 @2026-01-01T09:00
`;

/**
 * One case a line. The insurance is active unless the facts say otherwise; admitted and as of are 2026-06-30T10:00 where a dot stands,
 * and as of is the admission where only that is given. The decision reads: level, category, basis with filing and version, code, article.
 */
export const DECISION_TABLE = `
what is shown                                        | places          | visit            | admitted            | as of               | facts | decision

# Who is insured where (规程第十条、第十五条至第十七条)
nobody knows the person                              | 610100 → 310115 | INPATIENT        | .                   | .                   | retiree; unknown | ✗ PERSON_UNKNOWN 规程第十五条至第十七条
the person was recorded only later                   | 610100 → 310115 | INPATIENT        | .                   | .                   | retiree; insured 610100 active @2020-01-01T00:00 seen@2026-06-30T10:00:01 | ✗ PERSON_UNKNOWN 规程第十五条至第十七条
the person is insured elsewhere                      | 610100 → 310115 | INPATIENT        | .                   | .                   | retiree; insured 610200 active @2020-01-01T00:00 | ✗ INSURED_REGION_MISMATCH 规程第十五条至第十七条
the person had moved before admission                | 610100 → 310115 | INPATIENT        | .                   | .                   | retiree; insured; insured 620100 active @2026-06-30T10:00 | ✗ INSURED_REGION_MISMATCH 规程第十五条至第十七条
the person moved after admission                     | 610100 → 310115 | INPATIENT        | .                   | 2026-07-05T10:00    | retiree; insured; insured 620100 active @2026-06-30T10:00:01 | LOCAL RETIREE FILED#1.1 FILED 通知二(五)
the insurance had ended before admission             | 610100 → 310115 | INPATIENT        | .                   | .                   | retiree; insured; insured 610100 inactive @2026-06-30T09:59:59 | ✗ INSURANCE_INACTIVE 规程第十条
the insurance ended during the stay                  | 610100 → 310115 | INPATIENT        | .                   | 2026-07-05T10:00    | retiree; insured; insured 610100 inactive @2026-07-01T00:00 | LOCAL RETIREE FILED#1.1 FILED 通知二(五)
the insurance was resumed in time                    | 610100 → 310115 | INPATIENT        | .                   | .                   | retiree; insured; insured 610100 inactive @2026-03-01T00:00; insured 610100 active @2026-06-01T00:00 | LOCAL RETIREE FILED#1.1 FILED 通知二(五)
records begin after admission                        | 610100 → 310115 | INPATIENT        | .                   | 2026-07-05T10:00    | retiree; insured 610100 active @2026-07-01T00:00; insured 610100 inactive @2026-07-02T00:00 | LOCAL RETIREE FILED#1.1 FILED 通知二(五)
of two records of one instant the later corrects     | 610100 → 310115 | INPATIENT        | .                   | .                   | retiree; insured 610100 active @2026-01-01T00:00; insured 610100 inactive @2026-01-01T00:00 seen@2026-01-02T00:00 | ✗ INSURANCE_INACTIVE 规程第十条
the insurance comes before a missing filing          | 610100 → 310115 | INPATIENT        | .                   | .                   | insured 610100 inactive @2020-01-01T00:00 | ✗ INSURANCE_INACTIVE 规程第十条
the insurance comes before an emergency              | 610100 → 310115 | INPATIENT emergency | .                | .                   | insured 610100 inactive @2020-01-01T00:00 | ✗ INSURANCE_INACTIVE 规程第十条

# Where a filing is to (规程第十一条, 医保发〔2024〕21号)
310000 covers 310115                                 | 610100 → 310115 | INPATIENT        | .                   | .                   | retiree | LOCAL RETIREE FILED#1.1 FILED 通知二(五)
460000 covers 469002                                 | 610100 → 469002 | INPATIENT        | .                   | .                   | file#1 RETIREE 460000 2026-01-01..∞ @2026-01-01T09:00 | LOCAL RETIREE FILED#1.1 FILED 通知二(五)
410100 covers 410102                                 | 610100 → 410102 | INPATIENT        | .                   | .                   | file#1 RETIREE 410100 2026-01-01..∞ @2026-01-01T09:00 | LOCAL RETIREE FILED#1.1 FILED 通知二(五)
410100 does not cover 410299                         | 610100 → 410299 | INPATIENT        | .                   | .                   | file#1 RETIREE 410100 2026-01-01..∞ @2026-01-01T09:00 | ✗ FILING_REQUIRED 规程第十四条
a whole province needs its rule                      | 610100 → 532901 | INPATIENT        | .                   | .                   | file#1 RETIREE 530000 2026-01-01..∞ @2026-01-01T09:00 | ✗ FILING_REQUIRED 规程第十四条
a whole province is covered from the day of its rule | 610100 → 532901 | INPATIENT        | .                   | .                   | file#1 RETIREE 530000 2026-01-01..∞ @2026-01-01T09:00; whole 530000 2026-06-30..∞ | LOCAL RETIREE FILED#1.1 FILED 通知二(五)
兵团 does not cover 新疆                              | 610100 → 650102 | INPATIENT        | .                   | .                   | file#1 RETIREE 660000 2026-01-01..∞ @2026-01-01T09:00 | ✗ FILING_REQUIRED 规程第十四条
兵团 covers its divisions                             | 610100 → 660100 | INPATIENT        | .                   | .                   | file#1 RETIREE 660000 2026-01-01..∞ @2026-01-01T09:00 | LOCAL RETIREE FILED#1.1 FILED 通知二(五)
兵团 and 新疆 are two provinces                        | 660100 → 650102 | INPATIENT        | .                   | .                   | | ✗ FILING_REQUIRED 规程第十四条
兵团 and 新疆: a filing across                         | 660100 → 650102 | INPATIENT        | .                   | .                   | file#1 WORKER 650100 2026-01-01..∞ @2026-01-01T09:00 | LOCAL WORKER FILED#1.1 FILED 通知二(五)
the capital opens 省本级                              | 610100 → 139900 | INPATIENT        | .                   | .                   | file#1 WORKER 130100 2026-01-01..∞ @2026-01-01T09:00 | LOCAL WORKER FILED#1.1 FILED 通知二(五)
省本级 opens the capital                              | 610100 → 130100 | INPATIENT        | .                   | .                   | file#1 WORKER 139900 2026-01-01..∞ @2026-01-01T09:00 | LOCAL WORKER FILED#1.1 FILED 通知二(五)
省本级 opens the capital’s districts                  | 610100 → 130102 | INPATIENT        | .                   | .                   | file#1 WORKER 139900 2026-01-01..∞ @2026-01-01T09:00 | LOCAL WORKER FILED#1.1 FILED 通知二(五)
省本级 opens no other city                            | 610100 → 130200 | INPATIENT        | .                   | .                   | file#1 WORKER 139900 2026-01-01..∞ @2026-01-01T09:00 | ✗ FILING_REQUIRED 规程第十四条
on the day of the linkage                            | 610100 → 139900 | INPATIENT        | 2024-09-05T08:00    | .                   | file#1 WORKER 130100 2024-01-01..∞ @2024-01-01T09:00 | LOCAL WORKER FILED#1.1 FILED 通知二(五)
the day before it, from the capital                  | 610100 → 139900 | INPATIENT        | 2024-09-04T23:59    | 2026-06-30T10:00    | file#1 WORKER 130100 2024-01-01..∞ @2024-01-01T09:00 | ✗ FILING_REQUIRED 规程第十四条
the day before it, from 省本级                        | 610100 → 130100 | INPATIENT        | 2024-09-04T23:59    | 2026-06-30T10:00    | file#1 WORKER 139900 2024-01-01..∞ @2024-01-01T09:00 | ✗ FILING_REQUIRED 规程第十四条
a filing of another insured place is none            | 610100 → 310115 | INPATIENT        | .                   | .                   | file#1 RETIREE 310000 2026-01-01..∞ of 610200 @2026-01-01T09:00 | ✗ FILING_REQUIRED 规程第十四条

# Category and benefit level (通知二(五)、二(六))
a resettled retiree has the local standard           | 610100 → 310115 | OUTPATIENT       | .                   | .                   | retiree | LOCAL RETIREE FILED#1.1 FILED 通知二(五)
a long-term resident too                             | 610100 → 310115 | OUTPATIENT       | .                   | .                   | resident | LOCAL RESIDENT FILED#1.1 FILED 通知二(五)
a long-term worker too                               | 610100 → 310115 | OUTPATIENT       | .                   | .                   | worker | LOCAL WORKER FILED#1.1 FILED 通知二(五)
a pledge is enough at the place filed for            | 610100 → 310115 | INPATIENT        | .                   | .                   | pledged | LOCAL RETIREE FILED#1.1 FILED 通知二(五)
a referral has the referral standard                 | 610100 → 310115 | INPATIENT        | .                   | .                   | referral | REFERRAL REFERRAL FILED#2.1 FILED 通知二(六)
another temporary stay has its own                   | 610100 → 310115 | INPATIENT        | .                   | .                   | stay | OTHER_TEMPORARY OTHER FILED#3.1 FILED 通知二(六)
nothing filed                                        | 610100 → 310115 | INPATIENT        | .                   | .                   | | ✗ FILING_REQUIRED 规程第十四条
an emergency is deemed filed                         | 610100 → 310115 | INPATIENT emergency | .                | .                   | | EMERGENCY EMERGENCY EMERGENCY_DEEMED_FILED EMERGENCY 规程第三十四条
an emergency in the outpatient ward too              | 610100 → 310115 | OUTPATIENT emergency | .               | .                   | | EMERGENCY EMERGENCY EMERGENCY_DEEMED_FILED EMERGENCY 规程第三十四条

# The state of a filing
a draft is none                                      | 610100 → 310115 | INPATIENT        | .                   | .                   | draft#1 RETIREE 310000 2026-01-01..∞ @2026-01-01T09:00 | ✗ FILING_REQUIRED 规程第十四条
one under review is none                             | 610100 → 310115 | INPATIENT        | .                   | .                   | submit#1 RETIREE 310000 2026-01-01..∞ @2026-01-01T09:00 | ✗ FILING_REQUIRED 规程第十四条
a returned one is none                               | 610100 → 310115 | INPATIENT        | .                   | .                   | submit#1 REFERRAL 310000 2026-01-01..2026-12-31 @2026-01-01T09:00; return#1 @2026-01-02T09:00 | ✗ FILING_REQUIRED 规程第十四条
a rejected one is none                               | 610100 → 310115 | INPATIENT        | .                   | .                   | submit#1 REFERRAL 310000 2026-01-01..2026-12-31 @2026-01-01T09:00; reject#1 @2026-01-02T09:00 | ✗ FILING_REQUIRED 规程第十四条
one that ended with the insurance under review is none | 610100 → 310115 | INPATIENT      | .                   | .                   | submit#1 REFERRAL 310000 2026-01-01..2026-12-31 @2026-01-01T09:00; invalidate#1 @2026-06-01T09:00 | ✗ FILING_REQUIRED 规程第十四条
one taken back before it was accepted is none        | 610100 → 310115 | INPATIENT        | .                   | .                   | submit#1 REFERRAL 310000 2026-01-01..2026-12-31 @2026-01-01T09:00; cancel#1 @2026-06-30T10:00:01 | ✗ FILING_REQUIRED 规程第十四条
an accepted one holds, by the version accepted       | 610100 → 310115 | INPATIENT        | .                   | .                   | submit#1 REFERRAL 310000 2026-01-01..2026-12-31 @2026-01-01T09:00; return#1 @2026-01-02T09:00; submit#1 @2026-01-03T09:00; accept#1 @2026-01-04T09:00 | REFERRAL REFERRAL FILED#1.4 FILED 通知二(六)

# The window: admission decides, discharge does not (规程第十二条)
the last valid day                                   | 610100 → 310115 | INPATIENT        | 2026-06-30T23:59:59 | .                   | referral | REFERRAL REFERRAL FILED#2.1 FILED 通知二(六)
the day after                                        | 610100 → 310115 | INPATIENT        | 2026-07-01T00:00    | .                   | referral | ✗ FILING_REQUIRED 规程第十四条
the first valid day                                  | 610100 → 310115 | INPATIENT        | 2026-01-01T00:00    | 2026-01-01T09:00    | referral | REFERRAL REFERRAL FILED#2.1 LATE_FILING 通知二(四)
the day before                                       | 610100 → 310115 | INPATIENT        | 2025-12-31T23:59:59 | 2026-01-01T09:00    | referral | ✗ FILING_REQUIRED 规程第十四条
discharged on the last valid day                     | 610100 → 310115 | INPATIENT        | .                   | 2026-06-30T23:59:59 | referral | REFERRAL REFERRAL FILED#2.1 FILED 通知二(六)
discharged after it                                  | 610100 → 310115 | INPATIENT        | .                   | 2026-07-01T00:00    | referral | REFERRAL REFERRAL FILED#2.1 ADMITTED_IN_WINDOW 规程第十二条
expired during the stay                              | 610100 → 310115 | INPATIENT        | .                   | 2026-07-05T10:00    | referral; expire#2 @2026-07-01T02:00 | REFERRAL REFERRAL FILED#2.1 ADMITTED_IN_WINDOW 规程第十二条
cancelled during the stay                            | 610100 → 310115 | INPATIENT        | .                   | 2026-07-05T10:00    | retiree; cancel#1 @2026-06-30T10:00:01 | LOCAL RETIREE FILED#1.1 ADMITTED_IN_WINDOW 规程第十二条
cancelled at the very instant of admission           | 610100 → 310115 | INPATIENT        | .                   | 2026-07-05T10:00    | retiree; cancel#1 @2026-06-30T10:00 | ✗ FILING_REQUIRED 规程第十四条
cancelled before admission                           | 610100 → 310115 | INPATIENT        | .                   | .                   | retiree; cancel#1 @2026-06-30T09:59:59 | ✗ FILING_REQUIRED 规程第十四条
the same stay, asked as of before the cancellation   | 610100 → 310115 | INPATIENT        | .                   | .                   | retiree; cancel#1 @2026-06-30T10:00:01 | LOCAL RETIREE FILED#1.1 FILED 通知二(五)
invalidated during the stay                          | 610100 → 310115 | INPATIENT        | .                   | 2026-07-05T10:00    | retiree; invalidate#1 @2026-07-01T00:00 | LOCAL RETIREE FILED#1.1 ADMITTED_IN_WINDOW 规程第十二条
invalidated before admission                         | 610100 → 310115 | INPATIENT        | .                   | .                   | retiree; invalidate#1 @2026-06-29T00:00 | ✗ FILING_REQUIRED 规程第十四条
changed to another place during the stay             | 610100 → 310115 | INPATIENT        | .                   | 2026-07-05T10:00    | retiree; change#1 320500 @2026-07-01T00:00 | LOCAL RETIREE FILED#1.1 ADMITTED_IN_WINDOW 规程第十二条
admitted at the place changed to                     | 610100 → 320505 | INPATIENT        | 2026-07-01T00:00    | .                   | retiree; change#1 320500 @2026-07-01T00:00 | LOCAL RETIREE FILED#1.2 FILED 通知二(五)
admitted there before the change                     | 610100 → 320505 | INPATIENT        | 2026-06-30T23:59:59 | 2026-07-05T10:00    | retiree; change#1 320500 @2026-07-01T00:00 | ✗ FILING_REQUIRED 规程第十四条
admitted at the old place after the change           | 610100 → 310115 | INPATIENT        | 2026-07-01T00:00    | .                   | retiree; change#1 320500 @2026-07-01T00:00 | ✗ FILING_REQUIRED 规程第十四条
prolonged before it was over                         | 610100 → 310115 | INPATIENT        | 2026-07-02T10:00    | .                   | referral; change#2 ..2026-12-31 @2026-06-29T09:00 | REFERRAL REFERRAL FILED#2.2 FILED 通知二(六)
shortened during the stay                            | 610100 → 310115 | INPATIENT        | .                   | 2026-07-05T10:00    | stay; change#3 ..2026-06-29 @2026-07-01T09:00 | OTHER_TEMPORARY OTHER FILED#3.1 ADMITTED_IN_WINDOW 规程第十二条

# Late filing, until discharge settlement (通知二(四))
one second before discharge                          | 610100 → 310115 | INPATIENT        | .                   | 2026-07-05T10:00:01 | late | OTHER_TEMPORARY OTHER FILED#4.1 LATE_FILING 通知二(四)
at the instant of discharge                          | 610100 → 310115 | INPATIENT        | .                   | 2026-07-05T10:00:00 | late | OTHER_TEMPORARY OTHER FILED#4.1 LATE_FILING 通知二(四)
one second after discharge                           | 610100 → 310115 | INPATIENT        | .                   | 2026-07-05T09:59:59 | late | ✗ FILING_REQUIRED 规程第十四条
filed at the very instant of admission               | 610100 → 310115 | INPATIENT        | 2026-07-05T10:00:00 | .                   | late | OTHER_TEMPORARY OTHER FILED#4.1 FILED 通知二(六)
filed after admission but not from its day on        | 610100 → 310115 | INPATIENT        | 2026-06-29T10:00    | 2026-07-05T10:00    | late | ✗ FILING_REQUIRED 规程第十四条
submitted before and accepted during the stay        | 610100 → 310115 | INPATIENT        | .                   | 2026-07-05T10:00    | submit#1 REFERRAL 310000 2026-06-01..2026-12-31 @2026-06-30T09:00; accept#1 @2026-07-01T09:00 | REFERRAL REFERRAL FILED#1.2 LATE_FILING 通知二(四)
submitted before and accepted after the settlement   | 610100 → 310115 | INPATIENT        | .                   | 2026-07-05T10:00    | submit#1 REFERRAL 310000 2026-06-01..2026-12-31 @2026-06-30T09:00; accept#1 @2026-07-05T10:00:01 | ✗ FILING_REQUIRED 规程第十四条
returned before and accepted after the settlement    | 610100 → 310115 | INPATIENT        | .                   | 2026-07-05T10:00    | submit#1 REFERRAL 310000 2026-06-01..2026-12-31 @2026-06-30T09:00; return#1 @2026-07-01T09:00; submit#1 @2026-07-05T10:00:01; accept#1 @2026-07-05T10:00:02 | ✗ FILING_REQUIRED 规程第十四条
filed late and cancelled again during the stay       | 610100 → 310115 | INPATIENT        | .                   | 2026-07-05T10:02    | late; cancel#4 @2026-07-05T10:01 | OTHER_TEMPORARY OTHER FILED#4.1 LATE_FILING 通知二(四)
filed before the insurance began to be recorded      | 610100 → 310115 | INPATIENT        | .                   | 2026-07-05T10:00    | late; insured 610100 active @2020-01-01T00:00 seen@2026-07-05T09:00 | OTHER_TEMPORARY OTHER FILED#4.1 LATE_FILING 通知二(四)

# Agreements (医保发〔2024〕21号)
京津冀 care is deemed filed                            | 131000 → 110101 | INPATIENT        | .                   | .                   | | LOCAL OTHER AGREEMENT_DEEMED_FILED AGREEMENT 医保发〔2024〕21号
on its first day                                     | 131000 → 110101 | INPATIENT        | 2023-04-01T00:00    | .                   | | LOCAL OTHER AGREEMENT_DEEMED_FILED AGREEMENT 医保发〔2024〕21号
the day before it was not                            | 131000 → 110101 | INPATIENT        | 2023-03-31T23:59:59 | 2026-06-30T10:00    | | ✗ FILING_REQUIRED 规程第十四条
京津冀 does not reach 上海                             | 131000 → 310115 | INPATIENT        | .                   | .                   | | ✗ FILING_REQUIRED 规程第十四条
inside 河北 it is not cross-province                  | 131000 → 130100 | INPATIENT        | .                   | .                   | | ✗ NOT_CROSS_PROVINCE 规程第二条
it beats an emergency                                | 131000 → 110101 | INPATIENT emergency | .                | .                   | | LOCAL OTHER AGREEMENT_DEEMED_FILED AGREEMENT 医保发〔2024〕21号
it beats a referral, whose category stays            | 131000 → 110101 | INPATIENT        | .                   | .                   | file#2 REFERRAL 110000 2026-01-01..2026-12-31 @2026-01-01T09:00 | LOCAL REFERRAL AGREEMENT_DEEMED_FILED AGREEMENT 医保发〔2024〕21号
a long-term filing goes before it                    | 131000 → 110101 | INPATIENT        | .                   | .                   | file#1 WORKER 110000 2026-01-01..∞ @2026-01-01T09:00 | LOCAL WORKER FILED#1.1 FILED 通知二(五)
the demonstration zone needs no filing               | 310118 → 330421 | INPATIENT        | .                   | .                   | | LOCAL OTHER AGREEMENT_DEEMED_FILED EXEMPT_ZONE 医保发〔2024〕21号
another district of 上海 is not in it                 | 310115 → 330421 | INPATIENT        | .                   | .                   | | ✗ FILING_REQUIRED 规程第十四条
the rest of 苏州 is not in it                         | 310118 → 320508 | INPATIENT        | .                   | .                   | | ✗ FILING_REQUIRED 规程第十四条
an agreement at the referral standard                | 320500 → 330421 | INPATIENT        | .                   | .                   | agreement 苏浙 320000+330000 DEEMED_FILED REFERRAL 2026-01-01..∞ | REFERRAL OTHER AGREEMENT_DEEMED_FILED AGREEMENT 医保发〔2024〕21号
gives way to a referral, which was filed             | 320500 → 330421 | INPATIENT        | .                   | .                   | agreement 苏浙 320000+330000 DEEMED_FILED REFERRAL 2026-01-01..∞; file#2 REFERRAL 330400 2026-01-01..2026-12-31 @2026-01-01T09:00 | REFERRAL REFERRAL FILED#2.1 FILED 通知二(六)
and lifts another temporary stay                     | 320500 → 330421 | INPATIENT        | .                   | .                   | agreement 苏浙 320000+330000 DEEMED_FILED REFERRAL 2026-01-01..∞; file#3 OTHER 330400 2026-01-01..2026-12-31 @2026-01-01T09:00 | REFERRAL OTHER AGREEMENT_DEEMED_FILED AGREEMENT 医保发〔2024〕21号

# Several grounds: the one stated rule
long-term beats referral                             | 610100 → 310115 | INPATIENT        | .                   | .                   | retiree; referral | LOCAL RETIREE FILED#1.1 FILED 通知二(五)
long-term beats an emergency                         | 610100 → 310115 | INPATIENT emergency | .                | .                   | retiree | LOCAL RETIREE FILED#1.1 FILED 通知二(五)
referral beats an emergency                          | 610100 → 310115 | INPATIENT emergency | .                | .                   | referral | REFERRAL REFERRAL FILED#2.1 FILED 通知二(六)
referral beats another stay                          | 610100 → 310115 | INPATIENT        | .                   | .                   | stay; referral | REFERRAL REFERRAL FILED#2.1 FILED 通知二(六)
an emergency lifts another stay                      | 610100 → 310115 | INPATIENT emergency | .                | .                   | stay | EMERGENCY EMERGENCY EMERGENCY_DEEMED_FILED EMERGENCY 规程第三十四条
the better one filed late beats the one filed before | 610100 → 310115 | INPATIENT        | .                   | 2026-07-05T10:00    | stay; file#5 REFERRAL 310000 2026-06-30..2026-12-31 @2026-07-01T09:00 | REFERRAL REFERRAL FILED#5.1 LATE_FILING 通知二(四)
the prefecture goes before the province              | 610100 → 460105 | INPATIENT        | .                   | .                   | file#1 WORKER 460100 2026-01-01..∞ @2026-01-01T09:00; file#2 WORKER 460000 2026-02-01..∞ @2026-02-01T09:00 | LOCAL WORKER FILED#1.1 FILED 通知二(五)
the place itself goes before a linked one            | 610100 → 139900 | INPATIENT        | .                   | .                   | file#1 WORKER 139900 2026-01-01..∞ @2026-01-01T09:00; file#2 WORKER 130100 2026-02-01..∞ @2026-02-01T09:00 | LOCAL WORKER FILED#1.1 FILED 通知二(五)
then the later begin of validity                     | 610100 → 310115 | INPATIENT        | .                   | .                   | stay; file#1 OTHER 310000 2026-02-01..2026-12-31 @2026-02-01T09:00 | OTHER_TEMPORARY OTHER FILED#1.1 FILED 通知二(六)
then the greater id                                  | 610100 → 310115 | INPATIENT        | .                   | .                   | stay; file#1 OTHER 310000 2026-01-01..2026-12-31 @2026-02-01T09:00 | OTHER_TEMPORARY OTHER FILED#3.1 FILED 通知二(六)

# Two-way benefit at home, and onward referral (通知二(五))
a resident who returns home                          | 610100 → 610102 | INPATIENT        | .                   | .                   | retiree | REFERRAL RETIREE TWO_WAY_AT_HOME#1.1 TWO_WAY_AT_HOME 通知二(五)
by pledge, the papers still owed                     | 610100 → 610102 | INPATIENT        | .                   | .                   | pledged | ✗ FILING_MATERIALS_OWED 通知二(五)
by pledge, the papers supplied                       | 610100 → 610102 | INPATIENT        | .                   | .                   | pledged; supply#1 @2026-06-29T09:00 | REFERRAL RETIREE TWO_WAY_AT_HOME#1.1 TWO_WAY_AT_HOME 通知二(五)
by pledge, the papers supplied during the stay       | 610100 → 610102 | INPATIENT        | .                   | 2026-07-05T10:00    | pledged; supply#1 @2026-07-01T09:00 | REFERRAL RETIREE TWO_WAY_AT_HOME#1.1 TWO_WAY_AT_HOME 通知二(五)
the same stay as of before they were                 | 610100 → 610102 | INPATIENT        | .                   | 2026-07-01T08:59:59 | pledged; supply#1 @2026-07-01T09:00 | ✗ FILING_MATERIALS_OWED 通知二(五)
of two filings the one that owes nothing             | 610100 → 610102 | INPATIENT        | .                   | .                   | elsewhere; file#6 RETIREE 310000 2026-02-01..∞ owing @2026-02-01T09:00 | REFERRAL WORKER TWO_WAY_AT_HOME#5.1 TWO_WAY_AT_HOME 通知二(五)
an ended filing gives nothing at home                | 610100 → 610102 | INPATIENT        | .                   | .                   | retiree; cancel#1 @2026-06-30T10:00 | ✗ NOT_CROSS_PROVINCE 规程第二条
a temporary filing gives nothing at home             | 610100 → 610102 | INPATIENT        | .                   | .                   | referral | ✗ NOT_CROSS_PROVINCE 规程第二条
nothing filed, at home                               | 610100 → 610102 | INPATIENT emergency | .                | .                   | | ✗ NOT_CROSS_PROVINCE 规程第二条
in another prefecture of the province                | 610100 → 610202 | INPATIENT        | .                   | .                   | retiree | ✗ NOT_CROSS_PROVINCE 规程第二条
even where papers are owed                           | 610100 → 610202 | INPATIENT        | .                   | .                   | pledged | ✗ NOT_CROSS_PROVINCE 规程第二条
a resident of a municipality, in any of its districts | 310000 → 310115 | INPATIENT       | .                   | .                   | file#1 RETIREE 460000 2026-01-01..∞ @2026-01-01T09:00 | REFERRAL RETIREE TWO_WAY_AT_HOME#1.1 TWO_WAY_AT_HOME 通知二(五)
insured at a county that the province administers    | 429004 → 429004 | INPATIENT        | .                   | .                   | retiree | REFERRAL RETIREE TWO_WAY_AT_HOME#1.1 TWO_WAY_AT_HOME 通知二(五)
the next such county is not home                     | 429004 → 429005 | INPATIENT        | .                   | .                   | retiree | ✗ NOT_CROSS_PROVINCE 规程第二条
at home no such institution                          | 610100 → 610102 | INPATIENT at H31011500001 | .          | .                   | retiree | ✗ INSTITUTION_UNKNOWN 规程第十四条
and comes before papers that are owed at home        | 610100 → 610102 | INPATIENT at H31011500001 | .          | .                   | pledged | ✗ INSTITUTION_UNKNOWN 规程第十四条
at home a disease that is not opened                 | 610100 → 610102 | CHRONIC M10000 at H31011500001 | .     | .                   | retiree; entitled#1.1 M10000 2026-01-01..∞ @2026-01-01T09:00 | ✗ DISEASE_NOT_OPENED 医保办发〔2024〕19号
at home a disease that is not recognised             | 610100 → 610102 | CHRONIC M03900   | .                   | .                   | retiree | ✗ ENTITLEMENT_REQUIRED 通知二(一)
at home a disease that is opened and recognised      | 610100 → 610102 | CHRONIC M03900   | .                   | .                   | retiree; pressure | REFERRAL RETIREE TWO_WAY_AT_HOME#1.1 TWO_WAY_AT_HOME 通知二(五)
at home the insurance decides too                    | 610100 → 610102 | INPATIENT        | .                   | .                   | retiree; insured 610100 inactive @2020-01-01T00:00 | ✗ INSURANCE_INACTIVE 规程第十条
and comes before papers that are owed                | 610100 → 610102 | INPATIENT        | .                   | .                   | pledged; unknown | ✗ PERSON_UNKNOWN 规程第十五条至第十七条
a resident elsewhere who is referred on              | 610100 → 310115 | INPATIENT        | .                   | .                   | elsewhere; referral | REFERRAL REFERRAL FILED#2.1 ONWARD_REFERRAL 通知二(五)
a resident elsewhere who goes on without             | 610100 → 310115 | INPATIENT        | .                   | .                   | elsewhere | ✗ FILING_REQUIRED 规程第十四条
a resident elsewhere who files another stay          | 610100 → 310115 | INPATIENT        | .                   | .                   | elsewhere; stay | OTHER_TEMPORARY OTHER FILED#3.1 FILED 通知二(六)

# The institution (规程第十四条)
no such institution                                  | 610100 → 310115 | INPATIENT at H31011500001  | .         | .                   | retiree | ✗ INSTITUTION_UNKNOWN 规程第十四条
another institution’s records don’t count            | 610100 → 310115 | INPATIENT at H31011500002  | .         | .                   | retiree; hospital | ✗ INSTITUTION_UNKNOWN 规程第十四条
entered only later                                   | 610100 → 310115 | INPATIENT at H31011500001  | .         | .                   | retiree; hospital H31011500001 networked INPATIENT - @2023-01-01T00:00 seen@2026-06-30T10:00:01 | ✗ INSTITUTION_UNKNOWN 规程第十四条
not networked                                        | 610100 → 310115 | INPATIENT at H31011500001  | .         | .                   | retiree; hospital; hospital H31011500001 cut INPATIENT - @2026-06-30T10:00 | ✗ INSTITUTION_NOT_NETWORKED 规程第十四条
cut off during the stay                              | 610100 → 310115 | INPATIENT at H31011500001  | .         | 2026-07-05T10:00    | retiree; hospital; hospital H31011500001 cut INPATIENT - @2026-06-30T10:00:01 | LOCAL RETIREE FILED#1.1 FILED 通知二(五)
networked for another kind of visit                  | 610100 → 310115 | OUTPATIENT at H31011500001 | .         | .                   | retiree; hospital H31011500001 networked INPATIENT - @2023-01-01T00:00 | ✗ INSTITUTION_SERVICE_NOT_NETWORKED 规程第十四条
networked                                            | 610100 → 310115 | OUTPATIENT at H31011500001 | .         | .                   | retiree; hospital | LOCAL RETIREE FILED#1.1 FILED 通知二(五)
an emergency where it is not networked               | 610100 → 310115 | INPATIENT emergency at H31011500001 | . | .                  | hospital H31011500001 cut INPATIENT - @2023-01-01T00:00 | ✗ INSTITUTION_NOT_NETWORKED 规程第十四条
the institution comes before a missing filing        | 610100 → 310115 | INPATIENT at H31011500001  | .         | .                   | | ✗ INSTITUTION_UNKNOWN 规程第十四条

# Outpatient chronic and special diseases (通知二(一), 医保办发〔2024〕19号)
M03902 recognised, M03900 sent                       | 610100 → 310115 | CHRONIC M03900   | .                   | .                   | retiree; pressure | LOCAL RETIREE FILED#1.1 FILED 通知二(五)
M03900 recognised, M03902 sent                       | 610100 → 310115 | CHRONIC M03902   | .                   | .                   | retiree; entitled#1.1 M03900 2026-01-01..∞ @2026-01-01T09:00 | LOCAL RETIREE FILED#1.1 FILED 通知二(五)
another disease recognised                           | 610100 → 310115 | CHRONIC M01600   | .                   | .                   | retiree; pressure | ✗ ENTITLEMENT_REQUIRED 通知二(一)
none recognised                                      | 610100 → 310115 | CHRONIC M03900   | .                   | .                   | retiree | ✗ ENTITLEMENT_REQUIRED 通知二(一)
recognised by another place                          | 610100 → 310115 | CHRONIC M03900   | .                   | .                   | retiree; entitled#1.1 M03900 2026-01-01..∞ of 610200 @2026-01-01T09:00 | ✗ ENTITLEMENT_REQUIRED 通知二(一)
recognised only later                                | 610100 → 310115 | CHRONIC M03900   | .                   | .                   | retiree; entitled#1.1 M03900 2026-01-01..∞ @2026-06-30T10:00:01 | ✗ ENTITLEMENT_REQUIRED 通知二(一)
on the last day of it                                | 610100 → 310115 | CHRONIC M03900   | 2026-12-31T23:59:59 | .                   | retiree; pressure | LOCAL RETIREE FILED#1.1 FILED 通知二(五)
the day after                                        | 610100 → 310115 | CHRONIC M03900   | 2027-01-01T00:00    | .                   | retiree; pressure | ✗ ENTITLEMENT_REQUIRED 通知二(一)
before the first day                                 | 610100 → 310115 | CHRONIC M03900   | .                   | .                   | retiree; entitled#1.1 M03900 2026-07-01..∞ @2026-01-01T09:00 | ✗ ENTITLEMENT_REQUIRED 通知二(一)
ended by a later version                             | 610100 → 310115 | CHRONIC M03900   | .                   | .                   | retiree; pressure; entitled#1.2 M03902 2026-01-01..2026-05-31 @2026-05-31T09:00 | ✗ ENTITLEMENT_REQUIRED 通知二(一)
a later version not yet known                        | 610100 → 310115 | CHRONIC M03900   | .                   | .                   | retiree; pressure; entitled#1.2 M03902 2026-01-01..2026-05-31 @2026-06-30T10:00:01 | LOCAL RETIREE FILED#1.1 FILED 通知二(五)
a disease that is not opened                         | 610100 → 310115 | CHRONIC M10000   | .                   | .                   | retiree; entitled#1.1 M10000 2026-01-01..∞ @2026-01-01T09:00 | ✗ DISEASE_NOT_OPENED 医保办发〔2024〕19号
opened in December 2024, on the first day            | 610100 → 310115 | CHRONIC M04600   | 2024-12-01T00:00    | .                   | file#1 WORKER 310000 2024-01-01..∞ @2024-01-01T09:00; entitled#1.1 M04600 2024-01-01..∞ @2024-01-01T09:00 | LOCAL WORKER FILED#1.1 FILED 通知二(五)
and the day before                                   | 610100 → 310115 | CHRONIC M04600   | 2024-11-30T23:59:59 | 2026-06-30T10:00    | file#1 WORKER 310000 2024-01-01..∞ @2024-01-01T09:00; entitled#1.1 M04600 2024-01-01..∞ @2024-01-01T09:00 | ✗ DISEASE_NOT_OPENED 医保办发〔2024〕19号
no disease said                                      | 610100 → 310115 | CHRONIC          | .                   | .                   | retiree; pressure | ✗ DISEASE_CODE_INVALID 医保办发〔2024〕19号
a diagnosis instead of a disease                     | 610100 → 310115 | CHRONIC I10.x00  | .                   | .                   | retiree; pressure | ✗ DISEASE_CODE_INVALID 医保办发〔2024〕19号
an institution that has opened the class             | 610100 → 310115 | CHRONIC M03900 at H31011500001 | .     | .                   | retiree; pressure; hospital | LOCAL RETIREE FILED#1.1 FILED 通知二(五)
an institution that has not                          | 610100 → 310115 | CHRONIC M00500 at H31011500001 | .     | .                   | retiree; hospital; entitled#1.1 M00500 2026-01-01..∞ @2026-01-01T09:00 | ✗ INSTITUTION_SERVICE_NOT_NETWORKED 规程第十四条
an unopened disease comes before the institution     | 610100 → 310115 | CHRONIC M10000 at H31011500001 | .     | .                   | retiree | ✗ DISEASE_NOT_OPENED 医保办发〔2024〕19号
the institution comes before the entitlement         | 610100 → 310115 | CHRONIC M03900 at H31011500001 | .     | .                   | retiree | ✗ INSTITUTION_UNKNOWN 规程第十四条
the entitlement comes before a missing filing        | 610100 → 310115 | CHRONIC M03900   | .                   | .                   | | ✗ ENTITLEMENT_REQUIRED 通知二(一)
entitled and not filed                               | 610100 → 310115 | CHRONIC M03900   | .                   | .                   | pressure | ✗ FILING_REQUIRED 规程第十四条
entitled, under 京津冀                                 | 131000 → 110101 | CHRONIC M03900   | .                   | .                   | entitled#1.1 M03900 2026-01-01..∞ @2026-01-01T09:00 | LOCAL OTHER AGREEMENT_DEEMED_FILED AGREEMENT 医保发〔2024〕21号
a disease named with another visit is not looked at  | 610100 → 310115 | OUTPATIENT M10000 | .                  | .                   | retiree | LOCAL RETIREE FILED#1.1 FILED 通知二(五)
`;
