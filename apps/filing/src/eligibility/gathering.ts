type Waiting<Q, A> = {
  readonly questions: readonly Q[];
  readonly resolve: (answers: readonly A[]) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Gathers what is asked while others are being answered into one piece of work. Whoever asks alone is answered at once; the more ask, the
 * less each costs. What goes wrong with a piece of work goes wrong for all in it.
 */
export class Gathering<Q, A> {
  private waiting: Waiting<Q, A>[] = [];
  private underWay = 0;

  /** `answer` gives as many answers as it gets questions, in the same order; at most `most` questions at a time, in `atOnce` pieces. */
  constructor(
    private readonly answer: (questions: readonly Q[]) => Promise<readonly A[]>,
    private readonly limits: { readonly most: number; readonly atOnce: number },
  ) {}

  ask(questions: readonly Q[]): Promise<readonly A[]> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ questions, resolve, reject });
      this.begin();
    });
  }

  private begin(): void {
    if (this.underWay >= this.limits.atOnce || this.waiting.length === 0) return;
    const taken = this.take();
    this.underWay += 1;
    void this.answer(taken.flatMap(({ questions }) => questions))
      .then(
        (answers) => handOut(taken, answers),
        (error: unknown) => taken.forEach(({ reject }) => reject(error)),
      )
      .finally(() => {
        this.underWay -= 1;
        this.begin();
      });
  }

  /** Those who wait longest, as many as fit; the first in any case. */
  private take(): Waiting<Q, A>[] {
    let fits = 0;
    let questions = 0;
    for (const { questions: asked } of this.waiting) {
      if (fits > 0 && questions + asked.length > this.limits.most) break;
      fits += 1;
      questions += asked.length;
    }
    return this.waiting.splice(0, fits);
  }
}

function handOut<Q, A>(taken: readonly Waiting<Q, A>[], answers: readonly A[]): void {
  let from = 0;
  for (const { questions, resolve } of taken) {
    resolve(answers.slice(from, from + questions.length));
    from += questions.length;
  }
}
