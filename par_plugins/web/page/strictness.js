// Answers at another strictness: what par_plugins.inference.answers says, without asking again.
//
// Thresholds of binary attributes move; bands of unknown answers do not, and of attributes of which
// a person has exactly one it is the same one, since all their thresholds move alike.

export function stricter(answer, attribute, strictness) {
  if (answer.threshold === null) return answer;
  const threshold = moved(answer.threshold, strictness);
  if (answer.value === null || attribute.one_of) return { ...answer, threshold };
  const value = answer.probability >= threshold;
  const confidence = value === answer.value ? answer.confidence : 1 - answer.confidence;
  return { ...answer, threshold, value, confidence };
}

function moved(probability, strictness) {
  return 1 / (1 + Math.exp(-(Math.log(probability) - Math.log1p(-probability) + strictness)));
}

export function spoken(value) {
  return { true: 'yes', false: 'no', null: 'unknown' }[value] ?? value;
}
