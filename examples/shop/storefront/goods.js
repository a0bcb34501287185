"use strict";

const shelf = [
  { sku: "rope-12", name: "Mooring rope, 12 mm", price: 38 },
  { sku: "fender-m", name: "Fender, medium", price: 24 },
  { sku: "lamp-led", name: "Anchor light, LED", price: 59 },
  { sku: "shackle-8", name: "Shackle, 8 mm", price: 7 },
  { sku: "paint-red", name: "Antifouling, red, 2.5 l", price: 82 },
];

exports.all = () => shelf;

exports.search = (term) => shelf.filter((g) => new RegExp(term, "i").test(g.name));

exports.price = (skus) => skus.map((sku) => shelf.find((g) => g.sku === sku)).filter(Boolean);
