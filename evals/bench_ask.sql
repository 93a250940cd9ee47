-- Names as a shop would write them, for evals/bench_ask.py: up to 60,000 different products, the same for the same number.
UPDATE products SET
  name = list_value('Oak', 'Steel', 'Velvet', 'Bamboo', 'Copper', 'Linen', 'Marble', 'Walnut', 'Ceramic', 'Canvas', 'Glass', 'Leather', 'Cotton',
                    'Pine', 'Brass', 'Wicker', 'Cork', 'Slate', 'Amber', 'Jute')[i % 20 + 1]
    || ' ' || list_value('desk', 'lamp', 'kettle', 'chair', 'vase', 'rug', 'shelf', 'mug', 'basket', 'mirror', 'stool', 'tray', 'clock', 'bowl',
                         'cushion', 'frame', 'hook', 'blanket', 'jar', 'bench', 'candle', 'teapot', 'curtain', 'drawer', 'plate')[i // 20 % 25 + 1]
    || ' ' || list_value('Aurora', 'Borealis', 'Cascade', 'Delta', 'Ember', 'Fjord', 'Grove', 'Harbor', 'Iris', 'Juniper', 'Kestrel',
                         'Lagoon')[i // 500 % 12 + 1]
    || ' ' || (10 + i // 6000 * 5) || 'cm',
  sku = list_value('OAK', 'STL', 'VEL', 'BAM', 'COP')[i % 5 + 1] || '-' || lpad(i::VARCHAR, 5, '0'),
  category = list_value('Furniture', 'Lighting', 'Kitchen', 'Textiles', 'Decoration', 'Storage', 'Garden', 'Bathroom', 'Office', 'Outdoor', 'Toys',
                        'Seasonal')[i % 12 + 1],
  subcategory = list_value('Classic', 'Modern', 'Rustic')[i % 3 + 1] || ' ' || list_value('line', 'range', 'set', 'series')[i % 4 + 1],
  family = list_value('Desks', 'Lamps', 'Kettles', 'Chairs', 'Vases', 'Rugs', 'Shelves')[i % 7 + 1],
  manufacturer = list_value('Nordhus', 'Velmora', 'Kestrel & Sons', 'Tamarind', 'Oakridge', 'Lumina', 'Brightwell', 'Casavida')[i % 8 + 1]
FROM (SELECT product_id AS id, substr(product_id, 2)::INTEGER AS i FROM products) AS numbered WHERE numbered.id = products.product_id;

UPDATE suppliers SET name = list_value('Alder', 'Birch', 'Cedar', 'Dogwood', 'Elm', 'Fir', 'Hazel', 'Linden', 'Maple', 'Rowan')[i % 10 + 1]
    || ' ' || list_value('Trading', 'Imports', 'Works', 'Supply', 'Partners', 'Goods')[i // 10 + 1]
FROM (SELECT supplier_id AS id, substr(supplier_id, 2)::INTEGER AS i FROM suppliers) AS numbered WHERE numbered.id = suppliers.supplier_id;

UPDATE customers SET tier = list_value('standard', 'silver', 'gold')[i % 3 + 1], kind = list_value('consumer', 'business')[i % 2 + 1],
  province = list_value('Ashford', 'Brackley', 'Corby', 'Dunster', 'Elgin', 'Frome', 'Gosport', 'Hexham', 'Ilkley', 'Jarrow', 'Kendal',
                        'Ludlow')[i % 12 + 1]
FROM (SELECT customer_id AS id, substr(customer_id, 2)::INTEGER AS i FROM customers) AS numbered WHERE numbered.id = customers.customer_id;

UPDATE locations SET name = list_value('North depot', 'South depot', 'Harbor depot', 'Hill depot', 'Market store', 'Station store', 'Mill store',
                                       'Park store')[substr(location_id, 2)::INTEGER + 1];
UPDATE shipments SET carrier = list_value('SwiftPost', 'RoadRunner', 'BlueVan')[substr(carrier, 9)::INTEGER + 1]
