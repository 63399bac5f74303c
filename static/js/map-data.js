// What the map draws: the page's own points and flows, and the ground every map shares.

const MIN_DOT = 7;
const MAX_DOT = 34;
const CLUSTER_ABOVE = 3000;
const here = (path) => new URL(path, import.meta.url);

async function json(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.json();
}

// Words and parks in the page's language; the same for every visitor.
export function readGround() {
  return json(`/map/ground?lang=${encodeURIComponent(document.documentElement.lang || "zh-CN")}`);
}

// Areas are needed for any map; roads and rail are drawn when they are there.
export async function readGeometry() {
  const optional = (path) => json(here(path)).catch(() => null);
  const [regions, roads, rail] = await Promise.all([
    json(here("../map/regions.json")), optional("../map/roads.json"), optional("../map/rail.json"),
  ]);
  return { regions, roads, rail };
}

export function readPage(element) {
  const source = document.getElementById(element.dataset.source || "map-data");
  const data = source ? JSON.parse(source.textContent) : {};
  return { points: data.points || [], flows: data.flows || [], words: data.words || {}, parks: data.parks !== false, months: data.months || {} };
}

// Parks stand on every map; one that the page describes itself is not drawn twice.
export function withParks(page, ground) {
  const parks = page.points.filter((point) => point.kind === "park");
  const own = new Set(parks.map((park) => park.id));
  const shared = page.parks ? (ground.parks || []).filter((park) => !own.has(park.id)) : [];
  return { ...page, parks: [...parks, ...shared], plants: page.points.filter((point) => point.kind !== "park") };
}

// Dots compare by area: the diameter grows with the square root of the tonnes.
export function dotSizes(points) {
  const most = Math.max(1, ...points.map((point) => point.tonnes || 0));
  return (tonnes) => Math.max(MIN_DOT, MAX_DOT * Math.sqrt(Math.max(0, tonnes || 0) / most));
}

// Dots of one place are moved apart by as little as it takes; a place with very many becomes one stack.
export function spread(points, sizeOf) {
  const places = new Map();
  for (const point of points) {
    const key = `${point.lat.toFixed(3)},${point.lon.toFixed(3)}`;
    if (!places.has(key)) places.set(key, []);
    places.get(key).push(point);
  }
  const spreadOut = [];
  for (const group of places.values()) {
    group.sort((a, b) => (b.tonnes || 0) - (a.tonnes || 0));
    const placed = [];
    for (const point of group) {
      const size = sizeOf(point.tonnes);
      const offset = placed.length < 40 ? freePlace(placed, size) : [0, 0];
      placed.push({ offset, size });
      spreadOut.push({ ...point, size, offset });
    }
  }
  // The largest are drawn first, so that a small one is never hidden under them.
  return spreadOut.sort((a, b) => b.size - a.size);
}

function freePlace(placed, size) {
  if (!placed.length) return [0, 0];
  for (let radius = 2; radius < 240; radius += 2) {
    for (let step = 0; step < 16; step += 1) {
      const angle = (step * Math.PI) / 8;
      const at = [Math.round(radius * Math.cos(angle)), Math.round(radius * Math.sin(angle))];
      const clear = placed.every(({ offset, size: other }) =>
        Math.hypot(offset[0] - at[0], offset[1] - at[1]) >= (size + other) / 2 * 0.8);
      if (clear) return at;
    }
  }
  return [0, 0];
}

// Beyond some thousands of dots, those of one cell of `cell` degrees and one kind are drawn as one.
export function clustered(points, cell, words) {
  if (points.length <= CLUSTER_ABOVE) return points;
  const cells = new Map();
  for (const point of points) {
    const key = `${point.kind}:${Math.round(point.lat / cell)}:${Math.round(point.lon / cell)}`;
    const one = cells.get(key);
    if (!one) { cells.set(key, { ...point, members: 1 }); continue; }
    one.members += 1;
    one.tonnes = (one.tonnes || 0) + (point.tonnes || 0);
    one.name = (words.cluster || "%(count)s").replace("%(count)s", String(one.members));
    one.id = key;
    delete one.url;
  }
  return [...cells.values()];
}

// The corner coordinates that hold everything the page shows, never closer than a few villages.
export function bounds(page, regions) {
  const shown = page.plants.length || page.flows.length
    ? [...page.plants.map((p) => [p.lon, p.lat]), ...page.flows.flatMap((f) => [f.from, f.to]),
      ...page.points.filter((p) => p.kind === "park").map((p) => [p.lon, p.lat])]
    : page.parks.map((p) => [p.lon, p.lat]);
  const whole = regions.features.flatMap((f) => f.geometry.coordinates.flat(2));
  return { view: box(shown.length ? shown : whole, 0.6, 0.12), whole: box(whole, 0, 0.05) };
}

function box(coordinates, least, margin) {
  const lons = coordinates.map((c) => c[0]);
  const lats = coordinates.map((c) => c[1]);
  const reach = (values, floor) => {
    const low = Math.min(...values);
    const high = Math.max(...values);
    const half = Math.max((high - low) / 2 * (1 + 2 * margin), floor / 2);
    return [(low + high) / 2 - half, (low + high) / 2 + half];
  };
  const [west, east] = reach(lons, least * 1.3);
  const [south, north] = reach(lats, least);
  return { west, east, south, north };
}
