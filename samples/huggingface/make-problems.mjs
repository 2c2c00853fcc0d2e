// Writes the word problems of this sample, the same ones each time: node samples/huggingface/make-problems.mjs > samples/huggingface/problems.jsonl
import { fileURLToPath } from 'node:url'

const PER_TEMPLATE = 40
const SEED = 20250131
/** Of the forty problems of a template. */
const [TEST, VALIDATION] = [6, 4]

/** mulberry32: numbers in [0, 1) that follow from the seed alone. */
function generator(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const random = generator(SEED)
const int = (low, high) => low + Math.floor(random() * (high - low + 1))
const pick = (list) => list[int(0, list.length - 1)]

/** A line of working that every reader can check. */
const add = (a, b, what) => line(a, '+', b, a + b, what)
const subtract = (a, b, what) => line(a, '-', b, a - b, what)
const multiply = (a, b, what) => line(a, '*', b, a * b, what)
const divide = (a, b, what) => line(a, '/', b, a / b, what)
const line = (a, operator, b, result, what) => ({ result, text: `${a} ${operator} ${b} = ${result} ${what}.` })

/** Each gives a question, sentences whose number does not matter, and the working. */
const TEMPLATES = [
  function bakery() {
    const [trays, each, left, price] = [int(4, 12), int(6, 18), int(3, 15), int(2, 5)]
    const baked = multiply(trays, each, 'rolls baked')
    const sold = subtract(baked.result, left, 'rolls sold')
    return {
      question: `A bakery bakes ${trays} trays with ${each} rolls each. At closing time ${left} rolls are left. A roll costs ${price} dollars. How many dollars did the sold rolls bring in?`,
      aside: `The bakery opens at ${int(5, 8)} o’clock.`, work: [baked, sold, multiply(sold.result, price, 'dollars')]
    }
  },
  function tank() {
    const [rate, leak, minutes, before] = [int(9, 20), int(1, 6), int(8, 30), int(20, 90)]
    const net = subtract(rate, leak, 'litres more each minute')
    const gained = multiply(net.result, minutes, 'litres gained')
    return {
      question: `A tank holds ${before} litres. A pipe adds ${rate} litres a minute while a leak loses ${leak} litres a minute. How many litres does the tank hold after ${minutes} minutes?`,
      aside: `The pipe is ${int(2, 9)} metres long.`, work: [net, gained, add(before, gained.result, 'litres')]
    }
  },
  function library() {
    const [shelves, part, returned] = [int(3, 9), pick([2, 3, 4, 5]), int(2, 12)]
    const each = part * int(6, 15)
    const books = multiply(shelves, each, 'books')
    const lent = divide(books.result, part, 'books lent out')
    const staying = subtract(books.result, lent.result, 'books still there')
    return {
      question: `A library has ${shelves} shelves with ${each} books each. One book in ${part} is lent out. Then ${returned} of those come back. How many books stand on the shelves now?`,
      aside: `Each shelf is ${int(2, 4)} metres high.`, work: [books, lent, staying, add(staying.result, returned, 'books')]
    }
  },
  function journey() {
    const [first, hours, second, more] = [int(40, 90), int(2, 5), int(50, 110), int(2, 4)]
    const legs = [multiply(first, hours, 'kilometres of the first leg'), multiply(second, more, 'kilometres of the second leg')]
    const done = add(legs[0].result, legs[1].result, 'kilometres done')
    const whole = done.result + int(20, 150)
    return {
      question: `A train travels ${hours} hours at ${first} kilometres an hour and then ${more} hours at ${second} kilometres an hour. The whole way is ${whole} kilometres. How many kilometres are left?`,
      aside: `The train has ${int(5, 12)} carriages.`, work: [...legs, done, subtract(whole, done.result, 'kilometres left')]
    }
  },
  function garden() {
    const [rows, share, fruit] = [int(4, 12), pick([2, 4, 5, 10]), int(3, 9)]
    const each = share * int(2, 6)
    const plants = multiply(rows, each, 'plants')
    const lost = divide(plants.result, share, 'plants lost')
    const left = subtract(plants.result, lost.result, 'plants left')
    return {
      question: `A garden has ${rows} rows of ${each} tomato plants. A storm destroys ${100 / share} percent of all plants. Each remaining plant bears ${fruit} tomatoes. How many tomatoes are there?`,
      aside: `The plants are watered ${int(2, 3)} times a day.`, work: [plants, lost, left, multiply(left.result, fruit, 'tomatoes')]
    }
  },
  function saving() {
    const [income, cost, weeks] = [int(25, 60), int(4, 20), int(5, 20)]
    const saved = subtract(income, cost, 'dollars saved each week')
    const has = int(10, 60)
    const price = has + saved.result * weeks
    const missing = subtract(price, has, 'dollars missing')
    return {
      question: `A bicycle costs ${price} dollars. A student has ${has} dollars, earns ${income} dollars a week and spends ${cost} of them. After how many weeks is there enough for the bicycle?`,
      aside: `The bicycle has ${int(5, 21)} gears.`, work: [saved, missing, divide(missing.result, saved.result, 'weeks')]
    }
  },
  function printing() {
    const [fast, slow, minutes, spoilt] = [int(18, 40), int(6, 17), int(5, 25), int(3, 40)]
    const both = add(fast, slow, 'pages a minute together')
    const pages = multiply(both.result, minutes, 'pages printed')
    return {
      question: `One printer prints ${fast} pages a minute, another one ${slow}. Both print for ${minutes} minutes, and ${spoilt} pages come out spoilt. How many good pages are there?`,
      aside: `A pack of paper has ${pick([250, 500])} sheets.`, work: [both, pages, subtract(pages.result, spoilt, 'good pages')]
    }
  },
  function orchard() {
    const [baskets, each, eaten, jar] = [int(5, 14), int(6, 15), int(1, 12), pick([2, 3, 4, 5])]
    const picked = multiply(baskets, each, 'kilograms picked')
    const spare = (picked.result - eaten) % jar
    const gone = eaten + spare
    const rest = subtract(picked.result, gone, 'kilograms for jam')
    return {
      question: `Pickers fill ${baskets} baskets with ${each} kilograms of plums each. ${gone} kilograms are eaten at once; the rest becomes jam, with ${jar} kilograms in each jar. How many jars are filled?`,
      aside: `The orchard has ${int(20, 80)} trees.`, work: [picked, rest, divide(rest.result, jar, 'jars')]
    }
  },
  function trip() {
    const [seats, buses, fare] = [int(20, 50), int(2, 6), int(90, 240)]
    const people = seats * buses
    const adults = int(3, 14)
    const pupils = people - adults
    const all = add(pupils, adults, 'people')
    const used = divide(all.result, seats, 'buses')
    return {
      question: `${pupils} pupils and ${adults} adults go on a trip in buses with ${seats} seats, all of them full. A bus costs ${fare} dollars. How many dollars do the buses cost?`,
      aside: `The trip takes ${int(2, 6)} hours.`, work: [all, used, multiply(used.result, fare, 'dollars')]
    }
  },
  function recipe() {
    const [eggs, times, broken] = [int(2, 6), int(3, 12), int(1, 5)]
    const each = int(6, 16)
    const wanted = each * times
    const batches = divide(wanted, each, 'times the recipe')
    const needed = multiply(batches.result, eggs, 'eggs needed')
    return {
      question: `A recipe for ${each} pancakes takes ${eggs} eggs. A canteen makes ${wanted} pancakes, and ${broken} eggs break before they can be used. How many eggs does the canteen use up?`,
      aside: `The canteen has ${int(40, 90)} chairs.`, work: [batches, needed, add(needed.result, broken, 'eggs')]
    }
  },
  function parking() {
    const [first, later, extra, days] = [int(4, 12), int(1, 3), int(2, 8), int(2, 6)]
    const more = multiply(extra, later, 'dollars for the later hours')
    const day = add(first, more.result, 'dollars a day')
    return {
      question: `Parking costs ${first} dollars for the first hour and ${later} dollars for each later one. A car parks ${extra + 1} hours a day for ${days} days. How many dollars does that cost?`,
      aside: `The car park has ${int(3, 8)} floors.`, work: [subtract(extra + 1, 1, 'later hours'), more, day, multiply(day.result, days, 'dollars')]
    }
  },
  function tiles() {
    const [length, width, per, box] = [int(4, 12), int(3, 9), pick([4, 9, 16]), pick([6, 8, 10, 12])]
    const area = multiply(length, width, 'square metres')
    const needed = multiply(area.result, per, 'tiles for the floor')
    const spare = (box - (needed.result % box)) % box || box
    const all = add(needed.result, spare, 'tiles')
    return {
      question: `A floor is ${length} metres long and ${width} metres wide. Each square metre takes ${per} tiles, and ${spare} tiles are bought as a reserve. Tiles come in boxes of ${box}. How many boxes are bought?`,
      aside: `A box weighs ${int(8, 20)} kilograms.`, work: [area, needed, all, divide(all.result, box, 'boxes')]
    }
  },
  function factory() {
    const [workers, hours, parts, reject] = [int(3, 9), int(4, 9), int(5, 14), int(4, 40)]
    const shift = multiply(workers, hours, 'hours of work')
    const made = multiply(shift.result, parts, 'parts made')
    return {
      question: `${workers} workers each work ${hours} hours and make ${parts} parts an hour. ${reject} parts fail the inspection. How many parts pass?`,
      aside: `The inspection takes ${int(10, 50)} minutes.`, work: [shift, made, subtract(made.result, reject, 'parts')]
    }
  },
  function trees() {
    const [young, times, later, third] = [int(4, 15), int(2, 6), int(3, 12), int(2, 20)]
    const old = multiply(young, times, 'years, the oak')
    const then = add(old.result, later, 'years, the oak then')
    return {
      question: `A birch is ${young} years old, and an oak is ${times} times as old. A pine is ${third} years older than the oak. How old will the pine be in ${later} years?`,
      aside: `The birch is ${int(6, 15)} metres tall.`, work: [old, then, add(then.result, third, 'years')]
    }
  },
  function pool() {
    const [lanes, length, weeks] = [int(8, 30), pick([25, 50]), int(2, 6)]
    const days = int(2, 5)
    const day = multiply(lanes, length, 'metres each time')
    const week = multiply(day.result, days, 'metres a week')
    return {
      question: `A swimmer swims ${lanes} lanes of ${length} metres on ${days} days a week. How many metres is that in ${weeks} weeks?`,
      aside: `The pool has ${pick([4, 6, 8])} lanes side by side.`, work: [day, week, multiply(week.result, weeks, 'metres')]
    }
  }
]

/** A third of the problems say something that does not matter, before the question. */
function written({ question, aside, work }) {
  const at = question.lastIndexOf('. ') + 2
  const asked = random() < 1 / 3 ? `${question.slice(0, at)}${aside} ${question.slice(at)}` : question
  return { question: asked, answer: [...work.map(({ text }) => text), `#### ${work.at(-1).result}`].join('\n') }
}

/** GSM8K’s columns, and the split. */
export function problems() {
  return TEMPLATES.flatMap((template) => {
    const made = new Map()
    while (made.size < PER_TEMPLATE) {
      const problem = written(template())
      made.set(problem.question, problem)
    }
    return [...made.values()].map((problem, i) => ({ ...problem, split: i < TEST ? 'test' : i < TEST + VALIDATION ? 'validation' : 'train' }))
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${problems().map((problem) => JSON.stringify(problem)).join('\n')}\n`)
